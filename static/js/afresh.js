// A form that makes something is blank again once that is made; what was typed meanwhile stays.
htmx.registerExtension("afresh", {
  htmx_config_request: (elt, { ctx }) => {
    const form = elt.form ?? elt;
    if (form.matches("form[data-afresh]")) ctx.afresh = { form, sent: new FormData(form) };
  },

  htmx_finally_request: (elt, { ctx }) => {
    if (!ctx.afresh || !(ctx.response?.status < 400)) return;
    for (const box of ctx.afresh.form.elements) {
      if (box.matches("select") && ctx.afresh.sent.get(box.name) === box.value) {
        box.selectedIndex = Math.max([...box.options].findIndex((option) => option.hasAttribute("selected")), 0);
      } else if (box.matches("textarea, input:not([type=hidden])") && ctx.afresh.sent.get(box.name) === box.value) box.value = box.defaultValue;
    }
  },
});
