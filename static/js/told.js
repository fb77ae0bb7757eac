// Says in words what the other one changes on the page, once it has come to rest: nothing as it is typed, and nothing that
// one does oneself there.
(() => {
  const REST = 800, STAYS = 5_000, MOST = 3, LONGEST = 80;
  // What one has settled leaves the lists a moment later, by the stream.
  const LEAVES = 5_000;

  const place = () => document.getElementById("told");
  const text = (elt) => elt?.textContent.trim().replace(/\s+/g, " ") ?? "";
  const inside = (row, selector) => text(row.querySelector(selector));

  const item = (row) => ({
    words: inside(row, ".words"),
    state: row.matches(".is-discussed") ? "discussed" : "undiscussed",
    arrival: row.matches(`.by-${place().dataset.mine}`) ? "back" : "added",
    name: inside(row, ".author"),
    says: inside(row, ".words") + inside(row, ".facts"),
    section: row.dataset.section,
    notes: row.querySelector("form.notes [name=text]")?.defaultValue,
  });
  const action = (row) => {
    const state = ["dropped", "done", "proposed"].find((each) => row.matches(`.is-${each}`)) ?? "agreed";
    const within = row.parentElement.closest(".item")?.id;
    return { words: inside(row, ".words"), state, arrival: state, says: inside(row, ".action-body"), within };
  };
  const read = () => {
    const rows = [...document.querySelectorAll(".item[aria-labelledby], .action[aria-labelledby]")];
    return new Map(rows.map((row) => [row.id, row.matches(".item") ? item(row) : action(row)]));
  };

  // `last` is how everything stands; `before` is how that stood which the other one has changed since one was told;
  // `own` is when one changed something oneself.
  let last, timer;
  const before = new Map(), own = new Map();

  const change = (was, is) => {
    // An action goes with its item, and one that is over from a list in time.
    if (!is) return was && !["done", "dropped"].includes(was.state) && (!was.within || last.has(was.within)) ? "gone" : "";
    if (!was) return is.arrival;
    if (was.state !== is.state) return is.state === "agreed" && was.state !== "proposed" ? "open" : is.state;
    if (was.section !== is.section) return "moved";
    if (was.says !== is.says) return "changed";
    return was.notes !== is.notes ? "notes" : "";
  };

  const short = (words) => (words.length > LONGEST ? `${words.slice(0, LONGEST).trimEnd()}…` : words);
  const sentence = (what, facts) => Object.assign(document.createElement("p"), {
    textContent: Spoken.sentence(place(), what, { ...facts, words: short(facts.words ?? "") }),
  });

  let clearing;
  const say = (said) => {
    clearTimeout(clearing);
    Spoken.say(place(), ...said);
    // Whoever reads the page later finds it as it is, not as it became so.
    clearing = setTimeout(() => place().replaceChildren(), STAYS);
  };

  const tell = () => {
    const isWriting = document.querySelector("#presence .writing"), said = [];
    for (const [id, was] of before) {
      const is = last.get(id), what = change(was, is);
      if (what === "notes" && isWriting) continue;
      before.delete(id);
      if (what) said.push(sentence(what, is ?? was));
    }
    if (!said.length) return;
    say(said.length > MOST ? [sentence("several", { number: said.length })] : said);
  };

  const isOther = (one, two) => JSON.stringify(one) !== JSON.stringify(two);
  const note = (id, isTheirs, isGone, at) => {
    if (isTheirs && !before.has(id) && !(isGone && at - own.get(id) < LEAVES)) before.set(id, last.get(id));
    if (isTheirs) return;
    before.delete(id);
    own.set(id, at);
  };

  document.addEventListener("DOMContentLoaded", () => { if (place()) last = read(); });
  document.addEventListener("htmx:after:swap", ({ target, timeStamp }) => {
    if (!place()) return;
    const now = read();
    for (const id of new Set([...last.keys(), ...now.keys()])) {
      if (isOther(last.get(id), now.get(id))) note(id, target.id === "stream", !now.has(id), timeStamp);
    }
    last = now;
    // The end of a meeting is said for itself.
    if (document.querySelector(".head .over")) before.clear();
    clearTimeout(timer);
    if (before.size) timer = setTimeout(tell, REST);
  });
})();
