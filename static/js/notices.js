// Says when something could not be saved, and puts a tick back that was not taken.
(() => {
  // What the server said there (an Undo, say) is not ours to take away.
  let said = "";
  const say = (text) => {
    const place = document.getElementById("notice");
    if (text || place.textContent === said) place.textContent = said = text;
  };

  document.addEventListener("htmx:error", (event) => {
    const { ctx } = event.detail;
    if (ctx && ctx.request.method !== "GET") say("There is no connection, so this is not saved yet. Your words are still here: please try again in a moment.");
  });

  document.addEventListener("htmx:response:error", (event) => {
    const { ctx } = event.detail;
    if (!ctx.text.includes("<hx-partial")) say("That could not be saved. Your words are still here: please try again in a moment.");
  });

  document.addEventListener("htmx:finally:request", (event) => {
    const { ctx } = event.detail;
    if (ctx.response?.status < 400) {
      if (ctx.request.method !== "GET") say("");
      event.target.closest?.("[popover]")?.hidePopover();
    } else if (ctx.sourceElement.matches("input[type=checkbox]")) {
      ctx.sourceElement.checked = ctx.sourceElement.defaultChecked;
    }
  });
})();
