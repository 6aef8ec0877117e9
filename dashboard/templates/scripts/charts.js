// Charts, drawn when their view shows and before printing; the library wakes after the first paint.
(() => {
  const sources = [...document.querySelectorAll("script[data-chart]")];
  // A4 less its margins: paper has one width, whatever the window's.
  const PAPER_PX = 686;
  // Of the height on a screen; charts with a row an item are higher and need all of it.
  const PAPER_SHARE = 0.75;
  const HIGH_PX = 340;
  const NARROW_PX = 560;
  const LEGEND_ROW_PX = 20;
  let isReady = false;
  const elementOf = (source) => document.getElementById(source.dataset.chart);
  const fail = (error) => {
    console.error(error);
    for (const source of sources) elementOf(source).textContent = page.say("no_charts");
  };

  // On a phone a legend takes a line an entry, which must not squeeze the chart below it, and of
  // the labels written out along the axis every other one is left, counted from the last.
  const fitted = ({ data, layout }, width) => {
    if (width === PAPER_PX && layout.height <= HIGH_PX)
      return { ...layout, width, height: layout.height * PAPER_SHARE };
    if (width >= NARROW_PX) return { ...layout, width };
    const entries = data.filter((trace) => trace.name && trace.showlegend !== false);
    const rows = layout.showlegend !== false && entries.length > 2 ? entries.length : 0;
    const { tickvals, ticktext } = layout.xaxis;
    const isKept = (_, index, all) => tickvals.length < 4 || (all.length - 1 - index) % 2 === 0;
    const xaxis = tickvals && {
      ...layout.xaxis,
      tickvals: tickvals.filter(isKept),
      ticktext: ticktext && ticktext.filter(isKept),
    };
    const height = layout.height + rows * LEGEND_ROW_PX;
    return { ...layout, width, height, xaxis: xaxis || layout.xaxis };
  };
  const draw = (source, paperWidth) => {
    const element = elementOf(source);
    if (!element.clientWidth) return;
    const width = paperWidth || element.clientWidth;
    if (element.dataset.width === String(width)) return;
    const figure = JSON.parse(source.textContent);
    const layout = fitted(figure, width);
    Plotly.react(element, figure.data, layout, { displayModeBar: false });
    // What is drawn takes no room of its own.
    element.style.minHeight = `${layout.height}px`;
    element.dataset.width = width;
  };
  const drawIn = (part) => {
    if (!isReady || !part) return;
    for (const source of part.querySelectorAll("script[data-chart]")) draw(source);
    performance.mark("charts-drawn");
  };
  const drawShown = () => drawIn(document.querySelector(".view.is-shown"));

  const bytesOf = (packed) => {
    const text = atob(packed);
    const bytes = new Uint8Array(text.length);
    for (let index = 0; index < text.length; index += 1) bytes[index] = text.charCodeAt(index);
    return bytes;
  };
  const wake = async () => {
    // Behind this script on the page: nothing waits for its 2 MB.
    const payload = document.getElementById("charts-library");
    const packed = new Blob([bytesOf(payload.textContent)]);
    const library = document.createElement("script");
    const unpacked = packed.stream().pipeThrough(new DecompressionStream("gzip"));
    library.textContent = await new Response(unpacked).text();
    document.head.append(library);
    library.remove();
    payload.remove();
    isReady = Boolean(window.Plotly);
    if (!isReady) throw new Error("The charts library was refused.");
    drawShown();
  };
  if (!sources.length) return;

  page.onShown.push(drawIn);
  document.addEventListener("toggle", (event) => drawIn(event.target), true);
  let waiting = 0;
  window.addEventListener("resize", () => {
    clearTimeout(waiting);
    waiting = setTimeout(drawShown, 100);
  });
  const toPaper = () => {
    if (!isReady) return;
    document.documentElement.classList.add("on-paper");
    for (const source of sources) draw(source, PAPER_PX);
  };
  const toScreen = () => {
    document.documentElement.classList.remove("on-paper");
    drawShown();
  };
  window.addEventListener("beforeprint", toPaper);
  window.addEventListener("afterprint", toScreen);
  window.matchMedia("print").addEventListener("change", (media) =>
    media.matches ? toPaper() : toScreen(),
  );
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
