// Charts, drawn when their view shows and before printing; the library wakes after the first paint.
(() => {
  const payload = document.getElementById("charts-library");
  const sources = [...document.querySelectorAll("script[data-chart]")];
  const PAPER_PX = 680;
  let isReady = false;
  const elementOf = (source) => document.getElementById(source.dataset.chart);
  const fail = () => {
    for (const source of sources) elementOf(source).textContent = page.say("no_charts");
  };
  const draw = (source) => {
    const element = elementOf(source);
    if (!element.clientWidth) return;
    if (!element.dataset.drawn) {
      const figure = JSON.parse(source.textContent);
      const look = { displayModeBar: false, responsive: true };
      Plotly.newPlot(element, figure.data, figure.layout, look);
      element.dataset.drawn = "yes";
    } else if (element._fullLayout.width !== element.clientWidth) Plotly.Plots.resize(element);
  };
  const drawIn = (part) => {
    if (!isReady) return;
    for (const source of part.querySelectorAll("script[data-chart]")) draw(source);
    if (part.matches(".is-shown")) performance.mark("charts-drawn");
  };
  const wake = async () => {
    const bytes = Uint8Array.from(atob(payload.textContent), (one) => one.charCodeAt(0));
    const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const library = document.createElement("script");
    library.textContent = await new Response(unpacked).text();
    document.head.append(library);
    library.remove();
    payload.remove();
    isReady = typeof Plotly !== "undefined";
    if (!isReady) return fail();
    const shown = document.querySelector(".view.is-shown");
    if (shown) drawIn(shown);
  };
  // Paper has one width, and shows every view at once.
  const toPaper = () => {
    if (!isReady) return;
    document.documentElement.classList.add("on-paper");
    document.body.style.width = `${PAPER_PX}px`;
    for (const source of sources) draw(source);
  };
  const toScreen = () => {
    document.documentElement.classList.remove("on-paper");
    document.body.style.width = "";
    const shown = document.querySelector(".view.is-shown");
    if (shown) drawIn(shown);
  };
  page.onShown.push(drawIn);
  document.addEventListener("toggle", (event) => drawIn(event.target), true);
  window.addEventListener("beforeprint", toPaper);
  window.addEventListener("afterprint", toScreen);
  window.matchMedia("print").addEventListener("change", (media) =>
    media.matches ? toPaper() : toScreen(),
  );
  if (!payload) return;
  document.addEventListener("DOMContentLoaded", () => {
    let isAwake = false;
    const once = () => {
      if (!isAwake) wake().catch(fail);
      isAwake = true;
    };
    requestAnimationFrame(() => setTimeout(once));
    // A page in the background is never painted.
    setTimeout(once, 250);
  });
})();
