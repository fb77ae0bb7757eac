// Unsaved words outlive a reload: they are kept in this tab, for this person, until they are saved.
(() => {
  const nameOf = (box) => `draft ${document.body.dataset.me} ${location.pathname} ${box.form.id} ${box.name}`;
  const isKept = (box) => box?.form?.id && box.matches("textarea:not([hidden])");

  const keep = (box) => {
    if (!isKept(box)) return;
    if (box.value === box.defaultValue) sessionStorage.removeItem(nameOf(box));
    else sessionStorage.setItem(nameOf(box), JSON.stringify([box.value, box.form.elements.base?.value]));
  };

  const bringBack = () => {
    for (const box of document.querySelectorAll("form[id] textarea:not([hidden])")) {
      const kept = sessionStorage.getItem(nameOf(box));
      if (!kept || box.value !== box.defaultValue || box === document.activeElement && box.value) continue;
      const [words, base] = JSON.parse(kept);
      box.value = words;
      if (box.form.elements.base && base != null) box.form.elements.base.value = base;
    }
  };

  document.addEventListener("input", (event) => keep(event.target));
  document.addEventListener("htmx:finally:request", (event) => {
    const form = event.target.closest?.("form");
    if (!form || !(event.detail.ctx.response?.status < 400)) return;
    for (const box of form.querySelectorAll("textarea")) {
      if (event.detail.ctx.composed || !box.isConnected) sessionStorage.removeItem(nameOf(box));
      keep(box);
    }
  });
  document.addEventListener("DOMContentLoaded", bringBack);
})();
