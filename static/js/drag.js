// Drags an item to another place or section by its handle. The buttons under More do the same.
(() => {
  let dragged = null;

  const rowUnder = (list, y) => [...list.children].find((row) => row !== dragged && y < row.getBoundingClientRect().top + row.offsetHeight / 2);
  const unmark = () => document.querySelectorAll(".drop-before, .drop-last").forEach((elt) => elt.classList.remove("drop-before", "drop-last"));

  document.addEventListener("dragstart", (event) => {
    if (!event.target.matches?.(".grip")) return;
    dragged = event.target.closest("li");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
    event.dataTransfer.setDragImage(dragged, 8, 8);
  });

  document.addEventListener("dragover", (event) => {
    const list = dragged && event.target.closest?.(".section")?.querySelector(".items");
    if (!list) return;
    event.preventDefault();
    unmark();
    const row = rowUnder(list, event.clientY);
    (row ?? list).classList.add(row ? "drop-before" : "drop-last");
  });

  document.addEventListener("drop", (event) => {
    const list = dragged && event.target.closest?.(".section")?.querySelector(".items");
    if (!list) return;
    event.preventDefault();
    const before = rowUnder(list, event.clientY)?.id.replace("item-", "") ?? "";
    const path = `/items/${dragged.id.replace("item-", "")}/position`;
    htmx.ajax("POST", path, { source: dragged, swap: "none", values: { section: list.dataset.section, before } });
  });

  document.addEventListener("dragend", () => { dragged = null; unmark(); });
})();
