"use strict";
for (const source of document.querySelectorAll("script[data-chart]")) {
  const figure = JSON.parse(source.textContent);
  const element = document.getElementById(source.dataset.chart);
  Plotly.newPlot(element, figure.data, figure.layout, { displayModeBar: false, responsive: true });
}
const resizeCharts = () => {
  for (const element of document.querySelectorAll(".chart")) Plotly.Plots.resize(element);
};
window.addEventListener("beforeprint", resizeCharts);
window.addEventListener("afterprint", resizeCharts);
