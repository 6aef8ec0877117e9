// What the other scripts share. Belongs here: the page's words and numbers, and when a view shows.
"use strict";
const page = {
  said: JSON.parse(document.getElementById("page-words").textContent),
  locale: document.documentElement.lang,
  asOfDate: document.documentElement.dataset.asOf || "",
  onShown: [],
  say(key, gaps = {}) {
    return this.said[key].replace(/\{(\w+)\}/g, (_, gap) => gaps[gap]);
  },
  number(value) {
    return value.toLocaleString(this.locale === "en" ? "en-GB" : "fr-FR");
  },
  // The exact value of a cell: a figure's, or a date in ISO form; null where there is none.
  exactOf(cell) {
    const exact = cell.querySelector("data, time");
    return exact && (exact.getAttribute("value") || exact.getAttribute("datetime"));
  },
  make(tag, attributes = {}, text = "") {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.textContent = text;
    return element;
  },
};
