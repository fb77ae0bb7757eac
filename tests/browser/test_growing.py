"""Two people at a development plan and at their feedback: what one writes, the other sees and answers."""

import re

from playwright.sync_api import expect

from .desk import PLAN, Desk, eventually
from .test_conversations import in_days


def open_tab(desk: Desk, title: str) -> Desk:
    """From the meeting to one of the pages of the pair."""
    desk.page.get_by_role("link", name=re.compile("^You and ")).click()
    desk.page.get_by_role("navigation", name=re.compile("^Between you and")).get_by_role("link", name=title).click()
    return desk.is_live()


def goal(desk: Desk, words: str):
    """A goal of the plan, as one sees it."""
    return desk.page.locator("li.goal").filter(has=desk.page.get_by_text(words, exact=True))


def box(place, name: str):
    return place.get_by_role("textbox", name=name, exact=True)


def test_two_people_plan_do_and_reflect(ada, sam):
    ada.add(PLAN, "Run a workshop of one's own").more("Put in the plan")
    expect(ada.notice()).to_contain_text("It is in the development plan now.")
    for desk in (ada, sam):
        open_tab(desk, "Plan")
    hers, his = goal(ada, "Run a workshop of one's own"), goal(sam, "Run a workshop of one's own")
    expect(his.get_by_role("link", name="where this came from")).to_be_visible()

    # Each writes what belongs to it; neither disturbs the other.
    box(his, "Add an activity").fill("Half a sentence")
    box(hers, "Add an activity").fill("Co-lead one with Jo")
    hers.get_by_role("combobox", name="How it is learned").select_option(label="From others")
    hers.get_by_label("By when", exact=True).first.fill(in_days(30))
    hers.get_by_role("button", name="Add the activity", exact=True).click()
    tick = sam.page.get_by_role("checkbox", name="Co-lead one with Jo", exact=True)
    expect(tick).to_be_visible()
    expect(box(his, "Add an activity")).to_have_value("Half a sentence")
    expect(sam.page.locator("#balance")).to_contain_text("2 of 5")

    for place in (hers, his):
        place.get_by_text("Support, and what could get in the way").click()
    box(hers, "Support needed").fill("A room for a day.")
    expect(box(his, "Support needed")).to_have_value("A room for a day.")
    box(his, "What could get in the way").fill("My diary.")
    expect(box(hers, "What could get in the way")).to_have_value("My diary.")

    tick.check()
    box(his, "What did you learn, and what comes next?").fill("Plan half as much.")
    expect(box(hers, "What did Sam learn, and what comes next?")).to_have_value("Plan half as much.")

    # Both change the same words: what one typed is merged with what the other saved.
    edits = (ada, hers, "Run a whole workshop of one's own"), (sam, his, "Run a workshop of my own")
    for desk, place, words in edits:
        place.get_by_role("button", name="Edit", exact=True).first.click()
        box(desk.page, "Words of the goal").fill(words)
    for desk, _, _ in edits:
        desk.page.locator("form.edit").get_by_role("button", name="Save", exact=True).click()
        expect(desk.page.locator("form.edit")).to_have_count(0)
    expect(goal(ada, "Run a whole workshop of my own")).to_be_visible()

    ada.page.get_by_role("checkbox", name="Run a whole workshop of my own", exact=True).check()
    expect(sam.page.get_by_text("1 goal met or dropped")).to_be_visible()


def test_an_action_becomes_something_to_learn_by(ada, sam):
    open_tab(sam, "Plan")
    words = "Write the two-page go-live plan"
    more = ada.action(words).get_by_role("button", name="More", exact=True)
    more.click()
    ada.action(words).get_by_role("link", name="Put in the plan", exact=True).click()
    ada.page.get_by_role("combobox", name="Which goal is it for?").select_option(label="A new goal")
    ada.page.get_by_role("textbox", name=re.compile("^If it is new")).fill("Write so that people act on it")
    ada.button("Put it in the plan").click()
    ada.page.wait_for_url("**/plan#*")
    expect(goal(sam, "Write so that people act on it").get_by_text(words)).to_be_visible()


def test_feedback_is_asked_for_given_and_wanted_in_the_record_by_both(ada, sam):
    open_tab(sam, "Feedback")
    box(sam.page, "What would you like to hear about?").fill("Did I leave room for questions?")
    sam.button("Ask Ada for feedback").click()
    expect(box(sam.page, "What would you like to hear about?")).to_have_value("")

    # It turns up where she is, and leads her to the form.
    expect(ada.page.get_by_text("Did I leave room for questions?")).to_be_visible()
    ada.page.get_by_role("link", name="Answer Sam", exact=True).click()
    ada.is_live()
    expect(ada.page.get_by_text("Said in your meeting of")).to_be_visible()
    box(ada.page, "What you would like to say").fill("You waited after each slide.")
    ada.button("Give feedback").click()
    expect(box(ada.page, "What you would like to say")).to_have_value("")

    his = sam.page.locator(".spoken > li").filter(has_text="You waited after each slide.")
    hers = ada.page.locator(".spoken > li").filter(has_text="You waited after each slide.")
    expect(hers.get_by_role("button", name="Take back", exact=True)).to_be_visible()
    box(his, "A few words back, if you like").fill("I counted to ten.")
    hers.get_by_role("checkbox", name="In the meeting’s record").check()
    expect(his).to_contain_text("Ada would like that")
    expect(box(his, "A few words back, if you like")).to_have_value("I counted to ten.")
    his.get_by_role("button", name="Thank you", exact=True).click()
    expect(hers).to_contain_text("I counted to ten.")
    expect(hers.get_by_role("button", name="Take back", exact=True)).to_have_count(0)
    his.get_by_role("checkbox", name="In the meeting’s record").check()
    expect(hers).to_contain_text("you both want that")

    ada.go("Today").open_agenda("Sam Okoro").close_meeting()
    expect(his.get_by_role("link", name=re.compile("^in the record of"))).to_be_visible()


def test_feedback_is_taken_back_before_it_is_acknowledged(ada, sam):
    for desk in (ada, sam):
        open_tab(desk, "Feedback")
    box(ada.page, "What you would like to say").fill("Too loud.")
    ada.page.get_by_role("combobox", name="Kind of feedback").select_option(label="What could go better")
    ada.page.get_by_text("It comes from somebody else").click()
    ada.page.get_by_role("combobox", name="Whose view it is").select_option(label="Somebody told me")
    ada.button("Give feedback").click()
    his = sam.page.locator(".spoken > li").filter(has_text="Too loud.")
    expect(his).to_contain_text("reported from a colleague")
    # The next one is not taken for somebody else's by mistake.
    expect(ada.page.locator("select[name=whose]")).to_have_value("own")
    ada.page.locator(".spoken > li").filter(has_text="Too loud.").get_by_role("button", name="Take back").click()
    expect(his).to_have_count(0)
    eventually(lambda: "Too loud." in sam.reload().page.content(), False, sam.page)


def test_plan_and_feedback_work_without_javascript(sign_in):
    plain = sign_in("Sam Okoro", java_script_enabled=False)
    plain.page.get_by_role("link", name="History").click()
    tabs = plain.page.get_by_role("navigation", name="Between you and Ada")
    tabs.get_by_role("link", name="Plan").click()
    activity = plain.page.locator(".activities > li").filter(has_text="Chair the design review twice")
    activity.get_by_role("button", name="Tick", exact=True).click()
    box(activity, "What did you learn, and what comes next?").fill("To stop in time.")
    activity.get_by_role("button", name="Save these words").click()
    expect(box(activity, "What did you learn, and what comes next?")).to_have_value("To stop in time.")
    activity.get_by_role("button", name="Edit", exact=True).click()
    box(plain.page, "Words of the activity").fill("Chair the design review three times")
    plain.button("Save").click()
    expect(plain.page.get_by_text("Chair the design review three times")).to_be_visible()
    for press in ("Take out", "Undo"):
        plain.button(press).first.click()
    expect(plain.page.locator(".activities > li")).to_have_count(4)

    tabs.get_by_role("link", name="Feedback").click()
    plain.page.get_by_role("link", name="Answer Ada").click()
    box(plain.page, "What you would like to say").fill("Yes, you do.")
    plain.button("Give feedback").click()
    expect(plain.page.get_by_role("region", name="From you", exact=True)).to_contain_text("Yes, you do.")
    plain.button("Thank you").first.click()
    expect(plain.button("Thank you")).to_have_count(0)
