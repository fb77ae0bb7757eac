// Puts an item where it belongs: into the list of its section, by its position. Takes it away with "leave".
(() => {
  let morph;

  const comesAfter = (other, item) => {
    const distance = Number(other.dataset.position) - Number(item.dataset.position);
    return distance > 0 || (distance === 0 && other.id > item.id);
  };

  const move = (list, item, next) => (list.moveBefore && item.isConnected ? list.moveBefore(item, next) : list.insertBefore(item, next));

  const place = (fragment) => {
    const item = fragment.querySelector("li[id]");
    const list = item && document.getElementById(`items-${item.dataset.section}`);
    if (!list) return [];
    const old = document.getElementById(item.id);
    if (Number(old?.dataset.version) > Number(item.dataset.version)) return [];
    const next = [...list.children].find((other) => other.id !== item.id && comesAfter(other, item)) ?? null;
    if (!old) {
      move(list, item, next);
      return [item];
    }
    const inPlace = old.parentElement === list && (old.nextElementSibling ?? null) === next;
    if (!inPlace) move(list, old, next);
    Object.assign(old.dataset, { position: item.dataset.position, section: item.dataset.section });
    Unsaved.welcome(old);
    Unsaved.keep(old, fragment);
    morph(old, fragment, false);
    return [old];
  };

  const leave = (target) => {
    if (target.matches(".is-edited") || [...target.querySelectorAll("form")].some(Unsaved.isIn)) Unsaved.orphan(target);
    else target.remove();
    return [];
  };

  htmx.registerExtension("place", {
    init: (api) => { morph = api.morph; },
    handle_swap: (style, target, fragment) => {
      if (style === "place") return place(fragment);
      if (style === "leave") return leave(target);
    },
  });
})();
