// Long tables: a search, rows on demand, order by a column, and rows that open.
(() => {
  const SHOWN_AT_FIRST = 15;
  const bare = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const isNumber = (text) => /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text);
  const opened = (row) =>
    row.nextElementSibling && row.nextElementSibling.matches(".detail-row")
      ? row.nextElementSibling
      : null;

  const cellOf = ([text, exact, detail], isFigure, tag) => {
    const cell = page.make(tag, isFigure ? { class: "figure" } : {});
    if (tag === "th") cell.setAttribute("scope", "row");
    if (exact === null) cell.append(page.make("bdi", {}, text));
    else cell.append(page.make("data", { value: exact }, text));
    if (detail) cell.append(" ", page.make("span", { class: "detail" }, detail));
    return cell;
  };
  const subtable = (content) => {
    const table = page.make("table");
    table.append(page.make("caption", {}, content.caption));
    const head = table.createTHead().insertRow();
    for (const [heading, isFigure] of content.columns)
      head.append(page.make("th", { scope: "col", class: isFigure ? "figure" : "" }, heading));
    const fill = (part, cells) => {
      const row = part.insertRow();
      cells.forEach((cell, index) =>
        row.append(cellOf(cell, content.columns[index][1], index ? "td" : "th")),
      );
    };
    const body = table.createTBody();
    for (const cells of content.rows) fill(body, cells);
    if (content.total) fill(table.createTFoot(), content.total);
    return table;
  };

  const toggle = (table, button) => {
    const row = button.closest("tr");
    const isOpen = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!isOpen));
    if (isOpen) return opened(row).remove();
    const detail = page.make("tr", { class: "detail-row" });
    const cell = page.make("td", { colspan: row.cells.length });
    const content = page.detailsOf(table)[Number(button.dataset.row)];
    const inner = page.make("div", { class: "inner" });
    inner.append(subtable(content));
    cell.append(inner);
    if (content.note) cell.append(page.make("p", { class: "note" }, content.note));
    detail.append(cell);
    row.after(detail);
  };

  const searchable = (table) => {
    const tools = document.getElementById(`${table.id}-tools`);
    const input = tools.querySelector("input");
    const count = tools.querySelector("output");
    const more = document.getElementById(`${table.id}-more`);
    const rows = page.rowsOf(table);
    // A customer is found by an invoice below it, too.
    const details = page.detailsOf(table);
    const texts = new Map(
      rows.map((row, index) => {
        const inner = details[index] ? details[index].rows.flat().map(([text]) => text) : [];
        return [row, bare([row.textContent, ...inner].join(" "))];
      }),
    );
    // Paper has no button for the rest: it says how many rows there are.
    const left = page.make("p", { class: "note rows-left" });
    table.closest(".scroll").after(left);
    let isFolded = rows.length > SHOWN_AT_FIRST + 3;
    const apply = () => {
      const wanted = bare(input.value).split(/\s+/).filter(Boolean);
      let matching = 0;
      let shown = 0;
      for (const row of page.rowsOf(table)) {
        const isMatching = wanted.every((word) => texts.get(row).includes(word));
        matching += isMatching;
        row.hidden = !isMatching || (isFolded && !wanted.length && shown >= SHOWN_AT_FIRST);
        shown += !row.hidden;
        if (opened(row)) opened(row).hidden = row.hidden;
      }
      if (table.tFoot) table.tFoot.hidden = wanted.length > 0;
      more.hidden = !isFolded || wanted.length > 0;
      const gaps = { n: page.number(shown), total: page.number(rows.length) };
      count.textContent = page.say("rows_shown", gaps);
      left.textContent = shown < rows.length ? count.textContent : "";
    };
    input.addEventListener("input", apply);
    more.addEventListener("click", () => {
      isFolded = false;
      apply();
      rows[SHOWN_AT_FIRST].focus();
    });
    for (const row of rows) row.tabIndex = -1;
    sortable(table, apply);
    apply();
  };

  const sortable = (table, apply) => {
    const first = page.rowsOf(table);
    const collator = new Intl.Collator(page.locale, { numeric: true });
    const compare = (one, other) => {
      if (isNumber(one) && isNumber(other)) return Number(one) - Number(other);
      return collator.compare(one, other);
    };
    const headings = [...table.tHead.rows[0].cells];
    const order = (index, direction) => {
      const keyed = first.map((row) => {
        const cell = row.cells[index];
        return [row, page.exactOf(cell) || (index ? "" : cell.textContent.trim())];
      });
      // What is unknown comes last in either direction.
      keyed.sort(([, one], [, other]) => {
        if (!direction || !one || !other) return direction ? !one - !other : 0;
        return direction * compare(one, other);
      });
      for (const [row] of keyed) {
        const detail = opened(row);
        table.tBodies[0].append(row, ...(detail ? [detail] : []));
      }
    };
    headings.forEach((heading, index) => {
      if (index && !heading.matches(".figure")) return;
      const button = page.make("button", { type: "button", class: "sort" }, heading.textContent);
      heading.replaceChildren(button);
      button.addEventListener("click", () => {
        const now = heading.getAttribute("aria-sort");
        // Figures are looked at from the largest, names from the first letter; then as it came.
        const turns = index ? ["descending", "ascending"] : ["ascending", "descending"];
        const next = turns[turns.indexOf(now) + 1];
        for (const one of headings) one.removeAttribute("aria-sort");
        if (next) heading.setAttribute("aria-sort", next);
        order(index, { ascending: 1, descending: -1 }[next] || 0);
        apply();
      });
    });
  };

  page.rowsOf = (table) =>
    [...table.tBodies[0].rows].filter((row) => !row.matches(".detail-row"));
  page.detailsOf = (table) => {
    const source = document.getElementById(`${table.id}-details`);
    return source ? JSON.parse(source.textContent) : [];
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.open-row");
    if (button) toggle(button.closest("table"), button);
  });
  for (const table of document.querySelectorAll("table[data-searchable]")) searchable(table);
})();
