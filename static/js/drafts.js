// Unsaved words outlive a reload: they are kept in this tab, for this person, until they are saved.
(() => {
  // A composer's words belong to the pair's section: after a closing they turn up on the next agenda.
  const placeOf = (form) => form.dataset?.draft ?? `${location.pathname} ${form.id}`;
  const nameOf = (box) => `draft ${document.body.dataset.me} ${placeOf(box.form)} ${box.name}`;
  const seen = new WeakSet();
  const isKept = (box) => box?.form?.id && box.matches("textarea:not([hidden])");

  const keep = (box) => {
    if (!isKept(box)) return;
    if (box.value === box.defaultValue) sessionStorage.removeItem(nameOf(box));
    else sessionStorage.setItem(nameOf(box), JSON.stringify([box.value, box.form.elements.base?.value]));
  };

  // Each box once, as it comes onto the page: later, an empty one may just have been sent.
  const bringBack = () => {
    for (const box of document.querySelectorAll("form[id] textarea:not([hidden])")) {
      if (seen.has(box)) continue;
      seen.add(box);
      const kept = sessionStorage.getItem(nameOf(box));
      if (!kept || box.value !== box.defaultValue) continue;
      const [words, base] = JSON.parse(kept);
      box.value = words;
      if (box.form.elements.base && base != null) box.form.elements.base.value = base;
    }
  };

  const forget = (form, which = () => true) => {
    for (const box of form.querySelectorAll("textarea")) if (which(box)) sessionStorage.removeItem(nameOf(box));
  };

  document.addEventListener("input", (event) => keep(event.target));
  document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
    const { form, body } = ctx.request;
    // What is saved need not be kept; the answer may bring the same form, empty, for the next words.
    if (form?.id && ctx.response?.status < 400) forget(form, (box) => box.value === body?.get(box.name));
    // The form comes back with both versions in it, where two people's words clash.
    if (form?.id && ctx.response?.status === 409 && ctx.text.includes(`id="${form.id}"`)) forget(form);
  });
  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
    // The form that was sent; the answer may have taken it off the page.
    const { form } = ctx.request;
    if (!form || !(ctx.response?.status < 400)) return;
    forget(form, (box) => ctx.composed || !box.isConnected);
    for (const box of form.querySelectorAll("textarea")) if (box.isConnected) keep(box);
  });
  document.addEventListener("click", (event) => {
    if (!event.target.matches?.("[data-cancel]")) return;
    const form = event.target.closest("form");
    if (!form.isPutAside) forget(form);
  });

  // A form that was open on the page is opened again for them.
  const openAgain = () => {
    for (const opener of document.querySelectorAll("[data-opens]")) {
      if (sessionStorage.getItem(nameOf({ form: { id: opener.dataset.opens }, name: "text" }))) opener.click();
    }
  };

  document.addEventListener("DOMContentLoaded", () => { bringBack(); setTimeout(openAgain); });
  document.addEventListener("htmx:after:swap", bringBack);
})();
