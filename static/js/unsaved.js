// What a person has typed and the server does not have yet: found, and kept in place whatever arrives.
const Unsaved = {
  isIn: (form) => [...form.elements].some((box) => {
    if (box.matches("[type=hidden], [hidden], button")) return false;
    if (box.matches("select")) return [...box.options].some((option) => option.selected !== option.defaultSelected && option.selected);
    return box.matches("[type=checkbox]") ? box.checked !== box.defaultChecked : box.value !== box.defaultValue;
  }),

  // What `form` has sent is saved; what was typed meanwhile is not.
  settle(form, sent) {
    if (!form.matches("form:not([data-notes])")) return;
    for (const box of form.elements) {
      if (box.matches("select")) for (const option of box.options) option.defaultSelected = option.selected;
      else if (box.matches("[type=checkbox]")) box.defaultChecked = box.checked;
      else if (box.matches("input, textarea") && box.value === sent.get(box.name)) box.defaultValue = box.value;
    }
  },

  // New words for a box, the caret staying between the words it was between.
  put(box, text) {
    const old = box.value;
    if (old !== text) {
      let same = 0;
      while (same < old.length && old[same] === text[same]) same += 1;
      const shift = (place) => (place === old.length ? text.length : place <= same ? place : Math.max(same, place + text.length - old.length));
      const caret = [shift(box.selectionStart), shift(box.selectionEnd)];
      box.value = text;
      if (box === document.activeElement) box.setSelectionRange(...caret);
    }
    box.defaultValue = text;
  },

  // Forms with unsaved words that `fragment` would take away are given a place in it, so that a morph leaves them.
  keep(target, fragment) {
    const inFragment = (elt) => elt && fragment.querySelector(`#${CSS.escape(elt.id)}`);
    for (const form of target.querySelectorAll("form[id]")) {
      if (inFragment(form)) Unsaved.welcome(form);
      if (inFragment(form) || !Unsaved.isIn(form) || inFragment(form.parentElement.closest("[id][hx-morph-skip]"))) continue;
      const row = form.closest("li[id]");
      const holder = row && target.contains(row) && !inFragment(row) ? row : form;
      const place = inFragment(holder.parentElement.closest("[id]")) || fragment.firstElementChild;
      if (!place) continue;
      place.append(holder.cloneNode(false));
      Unsaved.orphan(holder);
    }
  },

  // Its item or meeting has gone: the words stay, and the page says so.
  orphan(holder) {
    holder.setAttribute("hx-morph-skip", "");
    holder.classList.add("is-gone");
    Unsaved.say(holder, document.getElementById("notice").dataset.gone);
  },

  // What was kept for the sake of its words alone goes with the last of them.
  letGo(holder) {
    const forms = holder.matches("form") ? [holder] : [...holder.querySelectorAll("form")];
    if (!forms.some(Unsaved.isIn)) holder.remove();
  },

  // It is back.
  welcome(holder) {
    if (!holder.matches(".is-gone")) return;
    if (!holder.matches(".is-edited")) holder.removeAttribute("hx-morph-skip");
    holder.classList.remove("is-gone");
    Unsaved.say(holder, "");
  },

  say(holder, text) {
    for (const form of holder.matches("form") ? [holder] : holder.querySelectorAll("form[id]")) {
      if (!text || Unsaved.isIn(form)) form.querySelector(".problem")?.replaceChildren(text);
    }
  },
};
