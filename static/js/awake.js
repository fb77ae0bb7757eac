// Reading is being here: while somebody moves about on an open page, the server hears of it every few minutes.
(() => {
  const EVERY = 300_000;
  let told = Date.now();

  const stir = () => {
    if (Math.abs(Date.now() - told) < EVERY || !document.body.dataset.me) return;
    told = Date.now();
    const headers = JSON.parse(document.body.getAttribute("hx-headers:inherited"));
    fetch("/activity", { method: "POST", headers: { ...headers, "HX-Request": "true", "HX-Request-Type": "partial" } }).catch(() => {});
  };

  for (const kind of ["pointermove", "keydown", "scroll", "touchstart"]) document.addEventListener(kind, stir, { passive: true });
})();
