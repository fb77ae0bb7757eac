// Notes that two people type at once: saved at every pause, the other's words merged in around the caret.
const Notes = {
  box: (form) => form.elements.text,

  // The words in `form` are the server's now.
  settle(form, text) {
    Unsaved.put(Notes.box(form), text);
    form.elements.base.value = text;
  },

  // The server's latest words came by the stream. Unsaved ones wait for the next pause, and merge then.
  arrive(form, fresh) {
    const text = Notes.box(fresh).defaultValue;
    if (!Unsaved.isIn(form)) Notes.settle(form, text);
    else if (text === form.sent) form.elements.base.value = text;
    return false;
  },

  // The answer to a save: merged words, or both versions where they clash.
  answer(form, fresh) {
    const box = Notes.box(form);
    const problem = fresh.querySelector(".problem");
    form.querySelector(".problem").replaceChildren(...problem.childNodes);
    const clash = fresh.elements.base.defaultValue !== Notes.box(fresh).defaultValue;
    if (clash && box.value === form.sent) {
      Unsaved.put(box, Notes.box(fresh).defaultValue);
      box.defaultValue = form.elements.base.value = fresh.elements.base.defaultValue;
    } else if (!clash && box.value === form.sent) {
      Notes.settle(form, Notes.box(fresh).defaultValue);
    } else if (!clash) {
      form.elements.base.value = box.defaultValue = form.sent;
    }
    return [];
  },
};

htmx.registerExtension("notes", {
  // What is sent is what stands there when it is sent, not when the wish to send arose.
  htmx_before_request: (form, { ctx }) => {
    if (!form.matches("form[data-notes]")) return;
    if (!Unsaved.isIn(form)) return false;
    form.sent = Notes.box(form).value;
    ctx.request.body.set("text", form.sent);
    ctx.request.body.set("base", form.elements.base.value);
    if (form.unanswered != null) ctx.request.body.set("sent", form.unanswered);
    form.unanswered = form.sent;
  },

  htmx_finally_request: (form, { ctx }) => {
    if (form.matches("form[data-notes]") && ctx.response) form.unanswered = null;
  },

  handle_swap: (style, target, fragment) => {
    if (style === "merge") return Notes.answer(target, fragment.querySelector("form"));
  },
});

// After a gap in the connection, what could not be saved is saved.
document.addEventListener("htmx:sse:after:connection", () => {
  for (const form of document.querySelectorAll("form[data-notes]")) {
    if (Unsaved.isIn(form)) htmx.trigger(form, "change");
  }
});
