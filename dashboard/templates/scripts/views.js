// One view at a time, by the address: links, the back button and bookmarks work as on any page.
(() => {
  const views = [...document.querySelectorAll(".view")];
  const links = [...document.querySelectorAll("nav a")];
  const addressed = () => {
    const id = decodeURIComponent(location.hash.slice(1));
    return id ? document.getElementById(id) : null;
  };
  const show = (view) => {
    for (const one of views) one.classList.toggle("is-shown", one === view);
    for (const link of links) {
      if (link.hash === `#${view.id}`) {
        link.setAttribute("aria-current", "page");
        link.scrollIntoView({ block: "nearest", inline: "center", behavior: "instant" });
      } else link.removeAttribute("aria-current");
    }
    for (const tell of page.onShown) tell(view);
  };
  const follow = (isFirst) => {
    const target = addressed();
    if (target && !target.closest(".view") && !isFirst) return;
    const view = (target && target.closest(".view")) || views[0];
    show(view);
    if (isFirst && !target) return;
    // A view is told by its heading; anything else in it by itself.
    const spot = target && target !== view ? target : view.querySelector("h2");
    spot.focus({ preventScroll: true });
    (spot === target ? target : view).scrollIntoView({ block: "start", behavior: "instant" });
  };
  window.addEventListener("hashchange", () => follow(false));
  // The link to the view that is open already changes no address.
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (link && link.hash === location.hash) follow(false);
  });
  if (views.length) follow(true);
})();
