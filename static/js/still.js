// The box that one types in keeps its place on the screen, whatever the other one adds or takes away above it.
(() => {
  const root = document.documentElement;
  let box, top;

  const topOf = (elt) => elt.getBoundingClientRect().top;

  document.addEventListener("htmx:before:swap", ({ target }) => {
    const here = document.activeElement;
    box = target.id === "stream" && here.matches("textarea, input") && topOf(here) > 0 && topOf(here) < innerHeight ? here : null;
    if (!box) return;
    top = topOf(box);
    // Otherwise the browser would keep something else in its place.
    root.style.overflowAnchor = "none";
  });

  document.addEventListener("htmx:after:swap", ({ target }) => {
    if (target.id !== "stream" || !box) return;
    if (box.isConnected) scrollBy({ top: topOf(box) - top, behavior: "instant" });
    box = null;
    requestAnimationFrame(() => { root.style.overflowAnchor = ""; });
  });
})();
