// What had the focus may be taken away by an answer: then its row has it, or the one beside it.
(() => {
  let rows = [];
  document.addEventListener("htmx:before:swap", () => {
    const row = document.activeElement.closest("li[id]");
    rows = row ? [row, row.nextElementSibling, row.previousElementSibling].map((each) => each?.id).filter(Boolean) : [];
  });
  document.addEventListener("htmx:after:swap", () => {
    const row = document.activeElement === document.body && rows.map((id) => document.getElementById(id)).find(Boolean);
    if (row) (row.hasAttribute("tabindex") ? row : row.querySelector("a, button, input, textarea:not([hidden])"))?.focus({ preventScroll: true });
  });
})();
