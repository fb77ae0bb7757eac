// A composer empties as it is sent, so that one can type on; if that fails, the words come back.
(() => {
  const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const succeeded = ({ response }) => response && response.status < 400;

  htmx.registerExtension("composer", {
    htmx_config_request: (elt, { ctx }) => {
      const form = elt.form ?? elt;
      if (!form.matches("form[data-composer]")) return;
      const box = form.elements.text;
      box.focus();
      // The second click of a double click finds the box empty, and means nothing by it.
      if (form.underWay && !box.value.trim()) return false;
      form.underWay = (form.underWay ?? 0) + 1;
      ctx.composed = { form, box, words: box.value };
      // The same key for the same words, even when a first answer got lost on its way.
      if (form.failed?.words !== box.value) form.failed = null;
      ctx.composed.key = form.failed?.key ?? newKey();
      ctx.request.body.set("key", ctx.composed.key);
      box.value = "";
    },

    htmx_finally_request: (elt, { ctx }) => {
      if (!ctx.composed) return;
      const { form, box, words, key } = ctx.composed;
      form.underWay -= 1;
      if (succeeded(ctx)) return;
      box.value = box.value ? `${words}\n${box.value}` : words;
      form.failed = { words, key };
      box.dispatchEvent(new Event("input", { bubbles: true }));
    },
  });

  // Escape closes a form. Whatever was typed in it is kept until it is opened again, and that is said.
  document.addEventListener("keydown", (event) => {
    const form = event.target.closest?.("form"), cancel = form?.querySelector("[data-cancel]");
    if (event.key !== "Escape" || !cancel || event.isComposing) return;
    form.isPutAside = Unsaved.isIn(form);
    cancel.click();
    if (form.isPutAside) document.dispatchEvent(new Event("duologue:aside"));
  });

  // Enter sends, Shift and Enter begins a new line.
  document.addEventListener("keydown", (event) => {
    const form = event.target.closest?.("form[data-composer], form[data-enter], .new-action");
    if (!form || event.isComposing) return;
    if (event.key !== "Enter" || event.shiftKey || !event.target.matches("textarea")) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("button"));
  });
})();
