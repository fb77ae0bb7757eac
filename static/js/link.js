// Says whether the page is live, and ends a stream that has gone quiet so that a new one begins.
(() => {
  const QUIET = 12_000;
  // The machine's clock may have been set back meanwhile, or have stood still while it slept.
  let heard = Date.now();

  const say = (what) => {
    const place = document.getElementById("link");
    if (place && place.textContent !== place.dataset[what]) place.textContent = place.dataset[what];
    place?.classList.toggle("is-live", what === "live");
  };
  const stream = () => document.getElementById("stream")?._htmx?.sse;
  const again = () => stream()?.reader?.cancel();

  document.addEventListener("htmx:sse:before:connection", () => say("lost"));
  document.addEventListener("htmx:sse:error", () => say("lost"));
  document.addEventListener("htmx:sse:close", () => say("lost"));
  document.addEventListener("htmx:sse:after:connection", () => { heard = Date.now(); say("live"); });
  document.addEventListener("htmx:sse:before:message", () => { heard = Date.now(); });
  // A first connection that fails is tried again every three seconds.
  document.addEventListener("htmx:error", (event) => { if (event.target.id === "stream") say("lost"); });

  // A page that is on its way to another is left alone: one navigation would cut the other off. It may stay after all.
  let isLeaving = false, ending;
  const end = () => { if (!isLeaving) ending?.(); };
  addEventListener("beforeunload", () => { isLeaving = true; setTimeout(() => { isLeaving = false; end(); }, 5_000); });
  const ends = (how) => {
    ending = how;
    // Asked for again, it would be refused each time.
    document.getElementById("stream")?.remove();
    end();
  };

  // The server has ended this page's right to be told anything: a fresh request says why.
  const gone = () => ends(() => location.reload());
  // A page that nobody is signed in to any more is not left open; what was typed waits in this tab for its person.
  const signedOut = () => ends(() => location.replace(`/signed-out?next=${encodeURIComponent(location.pathname)}`));
  document.addEventListener("gone", gone);
  document.addEventListener("signed-out", signedOut);
  // Whoever was away meanwhile is told so by a stream that is refused.
  document.addEventListener("htmx:sse:error", ({ detail: { status } }) => {
    if (status === 401) signedOut();
    else if (status === 403 || status === 404) gone();
  });

  window.addEventListener("offline", () => { say("lost"); again(); });
  window.addEventListener("online", again);
  setInterval(() => { if (!document.hidden && Math.abs(Date.now() - heard) > QUIET) { heard = Date.now(); say("lost"); again(); } }, 1000);
})();
