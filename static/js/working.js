// The button or link that somebody pressed shows that it is at work, until the answer or the other page is there.
(() => {
  const pressed = ({ sourceElement, request }) => request.submitter ?? (sourceElement.matches?.("button") ? sourceElement : null);

  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => pressed(ctx)?.setAttribute("aria-busy", "true"));
  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
    // Another page is on its way then.
    if (!ctx.hx?.redirect) pressed(ctx)?.removeAttribute("aria-busy");
  });

  const isElsewhere = ({ origin, pathname, search }) =>
    origin === location.origin && (pathname !== location.pathname || search !== location.search);
  // A file is kept, and the page stays.
  const isPage = ({ pathname }) => !/\.\w+$/.test(pathname);

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]:not([target])");
    const isOtherTab = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (link && isElsewhere(link) && isPage(link) && !isOtherTab && !event.defaultPrevented) link.setAttribute("aria-busy", "true");
  });
  // One may come back to the page as it was left.
  addEventListener("pageshow", () => {
    for (const link of document.querySelectorAll("a[aria-busy]")) link.removeAttribute("aria-busy");
  });
})();
