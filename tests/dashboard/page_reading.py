"""A page as a reader sees it: its text, sections and tables, without scripts and styles."""

from html.parser import HTMLParser

_VOID = {"meta", "br", "hr", "img", "link", "input"}


class Page(HTMLParser):
    """The parts of a rendered page that tests look at.

    Attributes:
        tags: every start tag with its attributes, in order.
        text: visible text, white space single.
        sections: visible text by section id.
        tables: rows of cell texts by caption.
        exact: exact values of figures by table caption, in order.
    """

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.sections: dict[str, str] = {}
        self.tables: dict[str, list[list[str]]] = {}
        self.exact: dict[str, list[str]] = {}
        self._open: list[tuple[str, str | None]] = []
        self._pieces: list[str] = []
        self._caption = ""
        self._rows: list[list[str]] = []
        self.feed(html)
        self.close()
        self.text = " ".join("".join(self._pieces).split())
        self.sections = {key: " ".join(text.split()) for key, text in self.sections.items()}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        if tag in _VOID:
            return
        self._open.append((tag, attributes.get("id")))
        if tag == "table":
            self._caption, self._rows = "", []
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th"):
            self._rows[-1].append("")
        elif tag == "data":
            self.exact.setdefault(self._caption, []).append(str(attributes["value"]))

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        opened, _ = self._open.pop()
        assert opened == tag, f"</{tag}> closes <{opened}>"
        if tag == "table":
            self.tables[self._caption] = [[" ".join(c.split()) for c in row] for row in self._rows]

    def handle_data(self, data: str) -> None:
        inside = [tag for tag, _ in self._open]
        if "script" in inside or "style" in inside:
            return
        self._pieces.append(data)
        if inside and inside[-1] == "caption":
            self._caption += data
        if "td" in inside or "th" in inside:
            self._rows[-1][-1] += data
        for tag, element_id in self._open:
            if tag == "section" and element_id:
                self.sections[element_id] = self.sections.get(element_id, "") + data
