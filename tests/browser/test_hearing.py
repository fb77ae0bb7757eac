"""Whoever hears the page: it reads in order, no control is mistaken for another, and changes are said in words."""

from playwright.sync_api import expect

from .desk import GOALS, OTHER, WELLBEING, eventually
from .hearing import alike, heard, listen

# How many letters the page reads of its rows, from now on.
COUNT = """() => {
  const { get } = Object.getOwnPropertyDescriptor(Node.prototype, "textContent");
  window.lettersRead = 0;
  Object.defineProperty(Node.prototype, "textContent", {
    configurable: true,
    get() {
      const text = get.call(this);
      window.lettersRead += text.length;
      return text;
    },
  });
}"""
LONG, FEW = 2_000, 100
# An agenda of long items.
MANY = f"""async () => {{
  const form = document.querySelector(".composer"), sent = new FormData(form);
  for (let number = 0; number < 30; number += 1) {{
    sent.set("text", `${{number}} ${{"x".repeat({LONG})}}`);
    sent.set("key", `many-${{number}}-00000`);
    const answer = await fetch(form.action, {{ method: "POST", body: sent }});
    if (!answer.ok) throw answer.status;
  }}
}}"""
TOPIC = "Team day in the new year"
LATE = "Write the two-page go-live plan"


def test_what_the_other_one_changes_is_said_in_words_and_in_order(ada, sam):
    actions_page = ada.another_tab().go("Actions")
    for desk in (ada, actions_page):
        listen(desk.page)
        desk.is_live()
    # What is in front is done at full speed.
    ada.page.bring_to_front()
    said = []

    def hears(*sentences):
        said.extend(sentences)
        eventually(lambda: heard(ada.page), said, ada.page)

    sleep = sam.add(WELLBEING, "Sleep")
    hears("Sam added: Sleep")
    sleep.tick.check()
    expect(ada.item("Sleep").tick).to_be_checked()
    sam.tick_of(LATE).check()
    hears("Discussed: Sleep", f"Done: {LATE}")
    # What Ada does herself is not told her; what becomes of it is.
    ada.item("Sleep").propose("Buy a lamp", "Sam Okoro")
    ada.item(TOPIC).tick.check()
    sam.action("Buy a lamp").get_by_role("button", name="Agree", exact=True).click()
    hears("Agreed: Buy a lamp")
    eventually(lambda: heard(actions_page.page)[-1], "Agreed: Buy a lamp", actions_page.page)
    # Notes are told once they are written, and never as they are.
    sam.item(TOPIC).notes.press_sequentially("Where?")
    expect(ada.item(TOPIC).notes).to_have_value("Where?")
    sleep.tick.evaluate("(tick) => tick.click()")
    hears("Not discussed yet: Sleep")
    sam.item(TOPIC).button("More").focus()
    hears(f"Notes changed: {TOPIC}")
    for number in range(4):
        sam.composer(GOALS).fill(f"Number {number}")
        sam.page.keyboard.press("Enter")
    hears("Changes on this page: 4")
    # A draft is nobody else's business until it is shared.
    draft = sam.item("Ask about working from home on Fridays")
    draft.more(f"Move to {OTHER}")
    draft.button("Share").click()
    expect(ada.item("Ask about working from home on Fridays").row).to_be_visible()
    sleep.more("Delete")
    hears("Sam added: Ask about working from home on Fridays", "No longer here: Sleep")
    sam.page.get_by_label("I have covered what I came for").check()
    hears("Sam has covered everything.")


def test_what_one_does_oneself_is_not_said_back(ada, sam):
    """Neither where it was done, even if the stream is faster than the answer, nor in one's other tab."""
    actions_page = ada.another_tab().go("Actions")
    other_tab = ada.another_tab()
    for desk in (ada, other_tab, actions_page):
        listen(desk.page)
        desk.is_live()
    ada.page.bring_to_front()

    def once_it_is_seen(route):
        answer = route.fetch()
        expect(ada.tick_of("Ask Jo")).to_be_visible()
        route.fulfill(response=answer)

    ada.page.route("**/agreement", once_it_is_seen)
    ada.item(TOPIC).propose("Ask Jo", "Ada Marsh")
    ada.action("Ask Jo").get_by_role("button", name="We agreed this together").click()
    expect(ada.tick_of("Ask Jo")).to_be_visible()
    ada.item(TOPIC).tick.check()
    ada.add(WELLBEING, "Sleep")
    expect(other_tab.item("Sleep").row).to_be_visible()
    # Of what was to be said before, all is said with this.
    sam.tick_of(LATE).check()
    for desk in (ada, other_tab, actions_page):
        eventually(lambda desk=desk: heard(desk.page), [f"Done: {LATE}"], desk.page)


def test_of_a_long_agenda_no_more_is_read_than_what_changes(ada, sam):
    ada.page.evaluate(MANY)
    ada.reload()
    expect(ada.page.locator(".item", has_text="x" * LONG)).to_have_count(30)
    ada.page.evaluate(COUNT)
    sam.composer(GOALS).press_sequentially("Something")
    expect(ada.page.locator("#presence .writing")).to_be_visible()
    assert ada.page.evaluate("lettersRead") < FEW
    sam.item(TOPIC).tick.check()
    expect(ada.item(TOPIC).tick).to_be_checked()
    assert 0 < ada.page.evaluate("lettersRead") < LONG


def test_an_agenda_reads_in_order(ada):
    expect(ada.page.locator("body")).to_match_aria_snapshot("""
    - link "Skip to the page"
    - banner:
      - link "Duologue"
      - navigation "Main"
    - main:
      - heading "Regular one-to-one with Sam" [level=1]
      - status: Sam is not here yet
      - status: Live
      - region "From last time":
        - heading "From last time" [level=2]
        - list:
          - listitem "Write the two-page go-live plan":
            - checkbox "Write the two-page go-live plan"
            - paragraph:
              - strong: /days? late/
            - button "More"
      - region "Objectives and plan"
      - region "Wellbeing"
      - region "Progress towards goals"
      - region "Personal development plan":
        - heading "Personal development plan" [level=2]
        - list:
          - listitem "Facilitation course, or learn from Jo?":
            - checkbox "Discussed"
            - text: Facilitation course, or learn from Jo?
            - paragraph: /Sam from .*, 3rd time/
            - textbox "Notes"
            - button "Edit"
            - button "Make an action"
            - button "More"
        - textbox "Add to Personal development plan"
        - button "Add"
        - group "Prompts for Personal development plan"
      - region "Any other business"
      - region "Wrap-up":
        - heading "Wrap-up" [level=2]
        - list:
          - listitem:
            - link "Team day in the new year"
        - paragraph:
          - checkbox "I have covered what I came for"
        - button "Close the meeting"
      - region "Your private notebook"
    """)


def test_no_control_is_mistaken_for_another(sign_in):
    desk = sign_in("Ada Marsh")
    hrefs = "(links) => links.map((link) => link.href)"
    agenda, *_ = desk.page.get_by_role("link", name="Open the agenda").evaluate_all(hrefs)
    pair, *_ = desk.page.get_by_role("link", name="History").evaluate_all(hrefs)
    for address in (desk.page.url, agenda, pair, f"{pair}/plan", "/actions"):
        desk.page.goto(address)
        assert alike(desk.page) == [], address
