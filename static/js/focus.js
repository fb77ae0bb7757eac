// What had the focus may be taken away by an answer: then its row has it, or the one beside it, or what they stand in.
(() => {
  const CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  // Who presses a key once more than needed does nothing by it.
  const HARMLESS = "a[href], textarea, input:not([type=hidden], [type=checkbox], [type=radio])";
  let trail = [], wasTyping = false;

  const beside = (elt) => (elt.matches("li") ? [elt, elt.nextElementSibling, elt.previousElementSibling] : [elt]);

  document.addEventListener("htmx:before:swap", () => {
    const here = document.activeElement;
    // An Undo goes as it is pressed: what it brings back is where one was before.
    if (here.closest("#notice")) return;
    trail = [];
    wasTyping = here.matches("textarea, input:not([type=checkbox], [type=radio])");
    for (let place = here.closest("[id]"); place && place.id !== "main"; place = place.parentElement.closest("[id]")) {
      trail.push(...beside(place).map((each) => each?.id).filter(Boolean));
    }
  });

  const isShown = (elt) => elt.checkVisibility();
  const heading = (place) => {
    const found = [...place.querySelectorAll("h1, h2, h3")].find(isShown);
    if (found) found.tabIndex = -1;
    return found;
  };
  const within = (place) => {
    if (place.matches(`[tabindex], ${CONTROLS}`)) return isShown(place) && place;
    return (!place.matches("li") && heading(place)) || [...place.querySelectorAll(HARMLESS)].find(isShown);
  };

  document.addEventListener("htmx:after:swap", ({ target }) => {
    if (document.activeElement !== document.body) return;
    const found = trail.map((id) => document.getElementById(id)).filter(Boolean).map(within).find(Boolean);
    found?.focus({ preventScroll: Boolean(found.closest("li")) });
    // What the other one took away, one goes on typing in: that is no key for what has the focus now, see keys.js.
    if (wasTyping && target.id === "stream") document.dispatchEvent(new Event("interrupted"));
  });
})();
