// Single keys press what stands on the page, and the focus stays where one was. They are listed in templates/people/_shortcuts.html.
(() => {
  const CHORD_MS = 1_500, STILL_TYPING_MS = 2_000;
  // Where a letter is a letter.
  const TYPED = "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio])";
  const box = (id) => document.getElementById(id);
  const items = () => [...document.querySelectorAll(".agenda .item")];
  const current = () => document.activeElement.closest(".agenda .item");
  const idOf = (item) => item.id.replace("item-", "");

  const say = (what, facts = {}) => Spoken.say(box("spoken"), Spoken.sentence(box("spoken"), what, facts));

  // Each says whether it found what to do.
  const focus = (elt) => { elt?.focus(); return Boolean(elt); };
  const press = (elt) => { elt?.click(); return Boolean(elt); };

  const step = (by) => {
    const all = items(), at = all.indexOf(current());
    const first = Math.max(all.findIndex((item) => item.getBoundingClientRect().bottom > 0), 0);
    return focus(all[at < 0 ? first : at + by]);
  };
  const open = (id) => press(current()?.querySelector(`[data-opens="${id(idOf(current()))}"]`));
  const discuss = () => {
    const tick = current()?.querySelector(":scope > [type=checkbox]");
    if (press(tick)) say(tick.checked ? "discussed" : "undiscussed");
    return Boolean(tick);
  };
  const add = () => {
    const seen = [...document.querySelectorAll(".section")].find((section) => section.getBoundingClientRect().bottom > 0);
    return focus((document.activeElement.closest(".section") ?? seen)?.querySelector(".composer textarea"));
  };
  const visit = (path) => press(document.querySelector(`nav a[href="${path}"]`));
  const search = () => focus(document.querySelector("main [type=search]")) || visit("/search");
  const list = (source) => {
    htmx.ajax("GET", "/me/shortcuts", { source, target: "#keys", swap: "innerHTML" }).then(() => { if (!box("keys").open) box("keys").showModal(); });
    return true;
  };

  const KEYS = {
    "g t": () => visit("/"), "g a": () => visit("/actions"), "/": search, "?": () => list(),
    j: () => step(1), k: () => step(-1), n: add, d: discuss,
    e: () => open((id) => `edit-${id}`), a: () => open((id) => `new-action-${id}-form`),
  };

  let before = { key: "", at: 0 };
  // Whose box was taken away goes on typing for a moment.
  let typingUntil = 0;
  document.addEventListener("interrupted", ({ timeStamp }) => { typingUntil = timeStamp + STILL_TYPING_MS; });

  const single = (event) => {
    if (event.timeStamp < typingUntil) {
      typingUntil = event.timeStamp + STILL_TYPING_MS;
      event.preventDefault();
      return;
    }
    // Who leans on a key means it once, but for going up and down.
    if (event.repeat && !"jk".includes(event.key)) return;
    const chord = event.timeStamp - before.at < CHORD_MS ? `${before.key} ${event.key}` : event.key;
    const doing = KEYS[chord] ?? KEYS[event.key];
    before = { key: event.key, at: event.timeStamp };
    if (doing?.()) event.preventDefault();
  };

  // The buttons under More do the same.
  let moving = null;
  const move = (event) => {
    const way = { ArrowUp: "up", ArrowDown: "down" }[event.key], item = way && current();
    const button = item && document.querySelector(`#more-${idOf(item)} [value=${way}]`);
    if (!button) return;
    event.preventDefault();
    if (event.repeat) return;
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
    else if ("keys" in document.body.dataset) single(event);
  });
  document.addEventListener("change", ({ target }) => {
    if (target.name === "shortcuts") document.body.toggleAttribute("data-keys", target.checked);
  });
  document.addEventListener("click", ({ target }) => { const button = target.closest?.("[data-shows-keys]"); if (button) list(button); });
})();
