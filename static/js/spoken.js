// Sentences for those who hear the page: a place for them has each as data, with {names} for what is told in it.
const Spoken = {
  sentence: (place, what, facts) => place.dataset[what].replace(/\{(\w+)\}/g, (_, name) => facts[name]),

  // The same sentence twice is said twice.
  say: (place, ...said) => {
    place.replaceChildren();
    requestAnimationFrame(() => place.replaceChildren(...said));
  },
};
