// The large screen: an arrow leads to the next thing or back, what is shown stays, and a button fills the screen.
(() => {
  const slides = () => [...document.querySelectorAll(".slide")];
  const place = (all) => all.findIndex((slide) => slide.getBoundingClientRect().bottom > innerHeight / 2);
  // Where a scroll that is under way leads: who presses twice goes on from there.
  let shown, ahead;
  const BACK = ["ArrowLeft", "ArrowUp", "PageUp"], ON = ["ArrowRight", "ArrowDown", "PageDown", " ", "n"];
  // A letter does something only for whoever wants that of letters.
  const isUnwanted = (key) => key === "n" && !("keys" in document.body.dataset);

  // What is higher than the window is read to its end first, by the keys that scroll anyway.
  const isReadOn = (key, step) => {
    const box = slides()[place(slides())]?.getBoundingClientRect();
    if (!box || box.height <= innerHeight || ["ArrowLeft", "ArrowRight", "n"].includes(key)) return false;
    return step > 0 ? box.bottom > innerHeight + 1 : box.top < 0;
  };

  const go = (step) => {
    const all = slides(), here = all.includes(ahead) ? all.indexOf(ahead) : place(all);
    const there = ahead = all[Math.min(Math.max(here + step, 0), all.length - 1)];
    there?.scrollIntoView();
    (there?.querySelector("[rel=next]") ?? there?.querySelector("[rel=prev]"))?.focus({ preventScroll: true });
  };

  document.addEventListener("keydown", (event) => {
    const step = ON.includes(event.key) - BACK.includes(event.key);
    const isTaken = event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || (event.key === " " && event.target.matches("button, input"));
    if (!step || isTaken || isUnwanted(event.key) || !document.querySelector(".slides") || document.querySelector("dialog[open]") || isReadOn(event.key, step)) return;
    event.preventDefault();
    go(event.shiftKey ? -step : step);
  });

  document.addEventListener("scrollend", () => { ahead = undefined; });

  document.addEventListener("htmx:before:swap", () => { shown = slides()[place(slides())]?.id; });
  document.addEventListener("htmx:after:swap", () => {
    const all = slides();
    if (shown && all[place(all)]?.id !== shown) document.getElementById(shown)?.scrollIntoView({ behavior: "instant" });
  });

  document.addEventListener("click", ({ target }) => {
    if (!target.closest("[data-fullscreen]")) return;
    document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen().catch(() => {});
  });
})();
