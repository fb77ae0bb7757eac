// The button that somebody pressed shows that it is at work, until the answer is there.
(() => {
  const pressed = ({ sourceElement, request }) => request.submitter ?? (sourceElement.matches?.("button") ? sourceElement : null);

  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => pressed(ctx)?.setAttribute("aria-busy", "true"));
  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
    // Another page is on its way then.
    if (!ctx.hx?.redirect) pressed(ctx)?.removeAttribute("aria-busy");
  });
})();
