// Keeps the time line of a meeting right: from a little before it begins until an hour after its planned end.
(() => {
  const EARLY = -5, LATE = 60, EVERY = 5_000;

  const show = (line) => {
    const { from, minutes, words } = line.dataset;
    const gone = Math.floor((Date.now() - new Date(from)) / 60_000);
    line.hidden = gone < EARLY || gone > Number(minutes) + LATE;
    const said = Math.max(gone, 0);
    const progress = line.querySelector("progress");
    // What came with the page says so already, and a browser's first number in words takes it 14 ms.
    if (progress.value === said) return;
    progress.value = said;
    const text = words.replace("{gone}", said.toLocaleString(document.documentElement.lang)).replace("{planned}", Number(minutes).toLocaleString(document.documentElement.lang));
    const span = line.querySelector("span");
    if (span.textContent !== text) span.textContent = text;
  };

  const showAll = () => document.querySelectorAll(".timeline").forEach(show);
  setInterval(showAll, EVERY);
  for (const event of ["DOMContentLoaded", "htmx:after:swap", "visibilitychange"]) document.addEventListener(event, showAll);
})();
