// Tables as CSV files: exact values, every row, in the way the reader's spreadsheet expects.
(() => {
  const isFrench = page.locale === "fr";
  const separator = isFrench ? ";" : ",";
  const quoted = (text) =>
    /[",;\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  // A spreadsheet runs a text that begins like a formula.
  const guarded = (text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
  const field = (text, exact) => {
    if (exact === null) return quoted(text === page.say("unknown") ? "" : guarded(text));
    if (!/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(exact)) return quoted(guarded(exact));
    return isFrench ? exact.replace(".", ",") : exact;
  };
  // [text, exact, detail] of a cell, as the details have them.
  const read = (cell) => {
    const detail = cell.querySelector(".detail");
    const text = (cell.querySelector("bdi, data, time") || cell).textContent.trim();
    return [text, page.exactOf(cell), detail && detail.textContent.trim()];
  };
  const written = (cells, withDetail) =>
    cells.flatMap(([text, exact, detail], index) =>
      withDetail[index] ? [field(text, exact), field(detail || "", null)] : [field(text, exact)],
    );
  const anyDetail = (rows, width) =>
    Array.from({ length: width }, (_, index) => rows.some((cells) => cells[index][2]));
  const heads = (headings, withDetail) =>
    headings.flatMap((heading, index) => {
      const text = quoted(guarded(heading));
      return withDetail[index] ? [text, quoted(page.say("csv_detail", { heading }))] : [text];
    });

  // What both a row and its own rows have is told apart by whose it is: Open (Invoice).
  const innerHeadings = (headings, columns) =>
    columns.map(([heading]) =>
      headings.includes(heading) ? `${heading} (${columns[0][0]})` : heading,
    );

  // A row that opens is followed by its own rows, which repeat its name and leave its figures out:
  // the sum of a column stays the sum of the table.
  const linesOf = (table) => {
    const headings = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
    const rows = page.rowsOf(table);
    const total = table.tFoot ? [...table.tFoot.rows] : [];
    const cells = [...rows, ...total].map((row) => [...row.cells].map(read));
    const details = page.detailsOf(table);
    const inner = details.filter(Boolean);
    const withDetail = anyDetail(cells, headings.length);
    const width = heads(headings, withDetail).length;
    const innerHeads = inner.length ? innerHeadings(headings, inner[0].columns) : [];
    const innerDetail = anyDetail(
      inner.flatMap((content) => content.rows),
      innerHeads.length,
    );
    const innerWidth = heads(innerHeads, innerDetail).length;
    const lines = [[...heads(headings, withDetail), ...heads(innerHeads, innerDetail)]];
    cells.forEach((row, index) => {
      lines.push([...written(row, withDetail), ...Array(innerWidth).fill("")]);
      const opener = rows[index] && rows[index].querySelector("button.open-row");
      if (!opener) return;
      const name = field(row[0][0], row[0][1]);
      for (const one of details[Number(opener.dataset.row)].rows)
        lines.push([name, ...Array(width - 1).fill(""), ...written(one, innerDetail)]);
    });
    return lines;
  };
  const named = (table) => {
    const plain = (text) =>
      text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[^A-Za-z0-9]+/g, "-");
    const view = table.closest(".view");
    const parts = [view.id, plain(table.caption.textContent.trim()), page.asOfDate];
    const name = parts.filter(Boolean).join("_").toLowerCase().replace(/-(?=_|$)/g, "");
    return `${name}.csv`;
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.csv");
    if (!button) return;
    const table = document.getElementById(button.dataset.table);
    const text = linesOf(table)
      .map((line) => `${line.join(separator)}\r\n`)
      .join("");
    // The mark tells spreadsheets that the file is UTF-8.
    const address = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv" }));
    page.make("a", { href: address, download: named(table) }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  });
})();
