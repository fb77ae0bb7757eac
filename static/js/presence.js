// Tells the other one in which section this person is writing (never what).
(() => {
  const AGAIN = 3_000;
  let told = { where: "", at: 0 };

  const tell = (where) => {
    const path = document.querySelector("[data-presence]")?.dataset.presence;
    if (!path || (where === told.where && (!where || Math.abs(Date.now() - told.at) < AGAIN))) return;
    told = { where, at: Date.now() };
    const headers = JSON.parse(document.body.getAttribute("hx-headers:inherited"));
    fetch(path, { method: "POST", headers, body: new URLSearchParams({ where }) }).catch(() => {});
  };

  document.addEventListener("input", (event) => { if (event.target.dataset?.where) tell(event.target.dataset.where); });
  document.addEventListener("focusout", (event) => { if (event.target.dataset?.where) tell(""); });
})();
