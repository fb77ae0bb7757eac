// The large screen: an arrow leads to the next thing or back, and a button fills the screen.
(() => {
  const slides = () => [...document.querySelectorAll(".slide")];
  const BACK = ["ArrowLeft", "ArrowUp", "PageUp"], ON = ["ArrowRight", "ArrowDown", "PageDown", " ", "n"];

  const go = (step) => {
    const all = slides();
    const here = all.findIndex((slide) => slide.getBoundingClientRect().bottom > innerHeight / 2);
    const there = all[Math.min(Math.max(here + step, 0), all.length - 1)];
    there?.scrollIntoView();
    there?.querySelector("[rel=next], [rel=prev]")?.focus({ preventScroll: true });
  };

  document.addEventListener("keydown", (event) => {
    const step = ON.includes(event.key) - BACK.includes(event.key);
    const isTaken = event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || (event.key === " " && event.target.matches("a, button, input"));
    if (!step || isTaken || !document.querySelector(".slides")) return;
    event.preventDefault();
    go(event.shiftKey ? -step : step);
  });

  document.addEventListener("click", ({ target }) => {
    if (!target.closest("[data-fullscreen]")) return;
    document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen().catch(() => {});
  });
})();
