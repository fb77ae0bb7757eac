// While something new is morphed in: unsaved forms, opened details and newer regions stay as they are.
// A new form takes the focus as it comes; htmx would give it back with every later change around the form.
document.addEventListener("focusin", ({ target }) => target.removeAttribute("autofocus"));

htmx.registerExtension("guard", {
  htmx_before_swap: (elt, { ctx, tasks }) => {
    if (ctx.response?.status < 400 && ctx.request.body) Unsaved.settle(elt.form ?? elt, ctx.request.body);
    for (const { target, fragment, swapSpec } of tasks) {
      if (target instanceof Element && swapSpec.style.endsWith("Morph")) Unsaved.keep(target, fragment);
    }
  },

  // Its answer may come after the stream has taken its row away: then nothing in it is unsaved any more.
  htmx_after_swap: (elt, { ctx }) => {
    const kept = elt.closest?.(".is-gone");
    if (kept && ctx.response?.status < 400 && ctx.request.body) Unsaved.letGo(kept);
  },

  htmx_before_morph_node: (elt, { oldNode, newNode }) => {
    if (Number(oldNode.dataset?.version) > Number(newNode.dataset?.version)) return false;
    if (oldNode.matches?.("form[data-notes]")) return Notes.arrive(oldNode, newNode);
    if (oldNode.matches?.("form")) return !Unsaved.isIn(oldNode);
    if (oldNode.matches?.("input[type=checkbox]")) oldNode.checked = newNode.checked;
  },

  htmx_before_morph_attr: (elt, { attrName }) => {
    const staysOpen = attrName === "open" && elt.matches("details");
    // It was given the focus: see focus.js.
    const staysFocusable = attrName === "tabindex" && elt.matches("h1, h2, h3");
    return !staysOpen && !staysFocusable;
  },
});
