// Says in words what the other one changes on the page, once it has come to rest: nothing as it is typed, and nothing that
// one does oneself, there or in another tab.
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
  const ROWS = ".item[aria-labelledby], .action[aria-labelledby]";
  const read = (id) => {
    const row = document.getElementById(id);
    return row?.matches(ROWS) ? (row.matches(".item") ? item(row) : action(row)) : undefined;
  };
  // Of a long agenda, no more is read than what an answer is about, and what comes and goes with it.
  const rowOf = ({ target, fragment, swapSpec }) =>
    (swapSpec.style === "place" ? fragment.querySelector(ROWS) : target?.closest(ROWS))?.id;
  const rowsOf = (task) => {
    const about = rowOf(task), target = about ? document.getElementById(about) : task.target;
    const within = [target, task.fragment].flatMap((each) => [...(each?.querySelectorAll(ROWS) ?? [])]);
    return [...(about ? [about] : []), ...within.map(({ id }) => id)];
  };

  // `last` is how everything stands; `before` is how that stood which the other one has changed since one was told;
  // `own` is how that stands, and since when, which one has changed oneself. `asking` is what one has asked for and has
  // no answer to, with the row that it is about; `touched` is what a swap may change.
  let last, timer, tabs;
  const before = new Map(), own = new Map(), asking = new Map(), touched = new WeakMap();

  const stands = (row) => JSON.stringify([row?.state, row?.section, row?.says, row?.notes]);
  const isOwn = (id) => own.get(id)?.stands === stands(last.get(id));
  const hasLeft = (id) => !last.has(id) && performance.now() - own.get(id)?.at < LEAVES;

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
    // What came may be one's own doing: see below.
    if (asking.size) return;
    const isWriting = document.querySelector("#presence .writing"), said = [];
    for (const [id, was] of before) {
      const is = last.get(id), what = isOwn(id) || hasLeft(id) ? "" : change(was, is);
      if (what === "notes" && isWriting) continue;
      before.delete(id);
      if (what) said.push(sentence(what, is ?? was));
    }
    if (!said.length) return;
    say(said.length > MOST ? [sentence("several", { number: said.length })] : said);
  };

  const tellSoon = () => {
    clearTimeout(timer);
    if (before.size) timer = setTimeout(tell, REST);
  };

  const settle = ([id, stands]) => {
    before.delete(id);
    own.set(id, { stands, at: performance.now() });
  };
  // In one's other tabs, too.
  const settleAll = (ids) => {
    const mine = ids.map((id) => [id, stands(last.get(id))]);
    mine.forEach(settle);
    tabs.postMessage(mine);
  };

  // Gives whether it stands otherwise than it did.
  const readAgain = (id) => {
    const was = last.get(id), is = read(id);
    if (is) last.set(id, is);
    else last.delete(id);
    if (stands(was) === stands(is)) return false;
    if (!before.has(id)) before.set(id, was);
    if (is && !isOwn(id)) own.delete(id);
    return true;
  };

  // The stream may have brought already what the answer brings: the row that it is about, and what is new in it.
  const noteOwn = ({ rows, about }) => {
    const isMine = (id) => readAgain(id) || about.has(id) || (before.has(id) && !before.get(id));
    settleAll([...rows].filter(isMine));
  };

  document.addEventListener("DOMContentLoaded", () => {
    if (!place()) return;
    const rows = [...document.querySelectorAll(ROWS)];
    last = new Map(rows.map(({ id }) => [id, read(id)]));
    tabs = new BroadcastChannel(`own-${document.body.dataset.me}`);
    tabs.onmessage = ({ data }) => data.forEach(settle);
  });
  document.addEventListener("htmx:before:request", ({ target, detail: { ctx } }) => {
    if (last && target.id !== "stream") asking.set(ctx, ctx.sourceElement.closest(ROWS)?.id);
  });
  // Where the stream was faster and took away what one had pressed, the answer is not even looked at.
  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
    const about = asking.get(ctx);
    if (about && ctx.response?.status < 400 && ctx.request.method !== "GET") settleAll([about]);
    if (asking.delete(ctx)) tellSoon();
  });
  document.addEventListener("htmx:before:swap", ({ detail: { ctx, tasks } }) => {
    if (last) touched.set(ctx, { rows: new Set(tasks.flatMap(rowsOf)), about: new Set(tasks.map(rowOf)) });
  });
  document.addEventListener("htmx:after:swap", ({ target, detail: { ctx } }) => {
    if (!last) return;
    if (target.id === "stream") touched.get(ctx).rows.forEach(readAgain);
    else noteOwn(touched.get(ctx));
    // The end of a meeting is said for itself.
    if (document.querySelector(".head .over")) before.clear();
    tellSoon();
  });
})();
