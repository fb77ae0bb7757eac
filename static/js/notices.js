// Says when something could not be saved, and puts a tick back that was not taken.
(() => {
  // What the server said there (an Undo, say) is not ours to take away.
  let said = "";
  const say = (what, id) => {
    const place = document.getElementById("notice");
    const text = (what ? place.dataset[what] : "") + (id ? ` ${place.dataset.quote.replace("{id}", id)}` : "");
    if (text || place.textContent === said) place.textContent = said = text;
  };

  document.addEventListener("duologue:aside", () => say("aside"));

  document.addEventListener("htmx:error", (event) => {
    const { ctx } = event.detail;
    if (ctx && ctx.request.method !== "GET") say("offline");
  });

  document.addEventListener("htmx:response:error", (event) => {
    const { ctx } = event.detail;
    const { status, headers } = ctx.response;
    // What comes back in place of what was sent says itself what is wrong.
    const isTold = ctx.text.includes("<hx-partial") || ctx.sourceElement.hasAttribute(`hx-status:${status}`);
    if (!isTold) say("failed", status >= 500 && headers.get("X-Request-Id"));
  });

  document.addEventListener("htmx:finally:request", (event) => {
    const { ctx } = event.detail;
    if (ctx.response?.status < 400) {
      if (ctx.request.method !== "GET") say(null);
      event.target.closest?.("[popover]")?.hidePopover();
    } else {
      // What the server said of its own failure goes like ours, with the next success.
      if (ctx.response?.status >= 500 && ctx.text?.includes('hx-target="#notice"')) said = document.getElementById("notice").textContent;
      if (ctx.sourceElement.matches("input[type=checkbox]")) ctx.sourceElement.checked = ctx.sourceElement.defaultChecked;
    }
  });
})();
