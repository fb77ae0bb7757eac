// Single keys press what stands on the page, and the focus stays where one was. They are listed in templates/_shortcuts.html.
(() => {
  const CHORD_MS = 1_500;
  // Where a letter is a letter.
  const TYPED = "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio])";
  const box = (id) => document.getElementById(id);
  const items = () => [...document.querySelectorAll(".agenda .item")];
  const current = () => document.activeElement.closest(".agenda .item");
  const idOf = (item) => item.id.replace("item-", "");

  const say = (what, facts = {}) => {
    const place = box("spoken");
    // The same sentence twice is said twice.
    place.textContent = "";
    requestAnimationFrame(() => { place.textContent = place.dataset[what].replace(/\{(\w+)\}/g, (_, name) => facts[name]); });
  };

  const step = (by) => {
    const all = items(), at = all.indexOf(current());
    const first = Math.max(all.findIndex((item) => item.getBoundingClientRect().bottom > 0), 0);
    all[at < 0 ? first : at + by]?.focus();
  };
  const press = (opens) => {
    const item = current();
    item?.querySelector(`[data-opens="${opens(idOf(item))}"]`)?.click();
  };
  const discuss = () => {
    const tick = current()?.querySelector(":scope > [type=checkbox]");
    if (!tick) return;
    tick.click();
    say(tick.checked ? "discussed" : "undiscussed");
  };
  const add = () => {
    const sections = [...document.querySelectorAll(".section")];
    const seen = sections.find((section) => section.getBoundingClientRect().bottom > 0);
    (document.activeElement.closest(".section") ?? seen)?.querySelector(".composer textarea")?.focus();
  };
  const visit = (path) => document.querySelector(`nav a[href="${path}"]`)?.click();
  const search = () => {
    const words = document.querySelector("main [type=search]");
    if (words) words.focus();
    else visit("/search");
  };
  const list = () => box("keys").showModal();

  const KEYS = {
    "g t": () => visit("/"), "g a": () => visit("/actions"), "/": search, "?": list,
    j: () => step(1), k: () => step(-1), n: add, d: discuss,
    e: () => press((id) => `edit-${id}`), a: () => press((id) => `new-action-${id}-form`),
  };

  let before = { key: "", at: 0 };
  const single = (event) => {
    const chord = event.timeStamp - before.at < CHORD_MS ? `${before.key} ${event.key}` : event.key;
    const doing = KEYS[chord] ?? KEYS[event.key];
    before = { key: event.key, at: event.timeStamp };
    if (!doing) return;
    event.preventDefault();
    doing();
  };

  // The buttons under More do the same.
  let moving = null;
  const move = (event) => {
    const way = { ArrowUp: "up", ArrowDown: "down" }[event.key], item = way && current();
    const button = item && document.querySelector(`#more-${idOf(item)} [value=${way}]`);
    if (!button) return;
    event.preventDefault();
    moving = { item: item.id, button, from: [...item.parentElement.children].indexOf(item) };
    button.click();
  };
  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
    if (!moving || ctx.sourceElement !== moving.button || !(ctx.response?.status < 400)) return;
    const item = box(moving.item), all = item && [...item.parentElement.children];
    const place = all?.indexOf(item);
    if (all) say(place === moving.from ? "stays" : "moved", { place: place + 1, number: all.length });
    moving = null;
  });

  // Out of a box, to the item that it stands in or under.
  const leave = (typed) => {
    const item = typed.closest(".item") ?? typed.closest(".section")?.querySelector(".item:last-child");
    if (item) item.focus();
    else typed.blur();
  };

  document.addEventListener("keydown", (event) => {
    const typed = event.target.closest?.(TYPED);
    if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open], :popover-open")) return;
    if (event.key === "Escape") { if (typed?.matches("textarea") && !typed.form?.querySelector("[data-cancel]")) leave(typed); }
    else if (typed || event.ctrlKey || event.metaKey) return;
    else if (event.altKey) move(event);
    else if (box("shortcuts")?.elements.shortcuts.checked) single(event);
  });
  document.addEventListener("click", ({ target }) => { if (target.closest?.("[data-shows-keys]")) list(); });

  // What had the focus may be taken away by an answer: then its row has it, or the one beside it.
  let rows = [];
  document.addEventListener("htmx:before:swap", () => {
    const row = document.activeElement.closest("li[id]");
    rows = row ? [row, row.nextElementSibling, row.previousElementSibling].map((each) => each?.id).filter(Boolean) : [];
  });
  document.addEventListener("htmx:after:swap", () => {
    const row = document.activeElement === document.body && rows.map(box).find(Boolean);
    if (row) (row.hasAttribute("tabindex") ? row : row.querySelector("a, button, input, textarea:not([hidden])"))?.focus({ preventScroll: true });
  });
})();
