"""Great Expectations' HTML data docs, made to open offline.

Belongs here: taking out what would be fetched from elsewhere, one style, the index. Does not belong
here: what was expected or found (`checks.expectations`).

The pages as built load styles, scripts and images from eleven hosts; a page about a company's ledger
must ask nobody.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from pathlib import Path

from orchestration.checks.finding import Finding

_STYLE = """<style>
body { font: 15px/1.5 system-ui, sans-serif; color: #1d2733; background: #fff; margin: 0 auto;
  max-width: 70rem; padding: 1.5rem; }
h1 { font-size: 1.5rem; } h2, h3, h4 { font-size: 1.1rem; margin: 1.2rem 0 .4rem; }
table { border-collapse: collapse; width: 100%; margin: .3rem 0 1rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid #d5dbe2; }
.badge { font-family: ui-monospace, monospace; background: #eef1f5; padding: .1rem .3rem; }
.bad { color: #a3231c; font-weight: 600; } .odd { color: #8a5a00; font-weight: 600; } .good { color: #1c6b3a; }
a { color: #1a4f8b; } ul { padding-left: 1.2rem; }
.modal, .ge-walkthrough-modal, .btn-group, .ge-cta-footer, .card, nav img, .navbar-toggler, footer,
.sticky .card-header { display: none; }
.fa-check-circle::before { content: "✓"; color: #1c6b3a; font-style: normal; }
.fa-times::before { content: "✗"; color: #a3231c; font-style: normal; }
.fa-exclamation-triangle::before { content: "!"; color: #8a5a00; font-style: normal; }
@media (prefers-color-scheme: dark) { body { color: #dde4ec; background: #141a21; } a { color: #8bbcf5; }
  .badge { background: #232c37; } .bad { color: #ff8b80; } .odd { color: #f0b44d; } .good { color: #7fd19a; } }
</style>"""

# Scripts, and every tag that fetches something from another host.
_FOREIGN = re.compile(
    r"<script\b.*?</script>|<(?:link|img|iframe)\b[^>]*?(?:https?:)?//[^>]*>", re.DOTALL | re.I
)


def offline(page: str) -> str:
    """A page of the data docs without scripts and without anything from another host.

    Args:
        page: HTML as Great Expectations wrote it.
    """
    page = _FOREIGN.sub("", page)
    return page.replace("</head>", f"{_STYLE}</head>", 1)


def _state(finding: Finding) -> str:
    if finding.broken:
        return f'<span class="bad">broken: {html.escape("; ".join(finding.broken))}</span>'
    if finding.odd:
        return f'<span class="odd">unusual: {html.escape("; ".join(finding.odd))}</span>'
    return '<span class="good">as expected</span>'


def index_page(docs: Path, findings: Sequence[Finding]) -> str:
    """The index: one line a table that was asked, with a link to its page.

    Args:
        docs: Folder of the data docs.
        findings: What was found.
    """
    lines = []
    for finding in findings:
        pages = sorted((docs / "validations" / finding.source / finding.table).rglob("*.html"))
        name = html.escape(f"{finding.source}.{finding.table}")
        if pages:
            target = pages[-1].relative_to(docs).as_posix()
            name = f'<a href="{html.escape(target)}">{name}</a>'
        asked = f"{finding.rows:,}" if finding.expectations else "nothing new"
        lines.append(f"<tr><td>{name}</td><td>{asked}</td><td>{_state(finding)}</td></tr>")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>What arrived</title>{_STYLE}</head><body><h1>What arrived, and what was expected of it</h1>"
        "<table><thead><tr><th>table</th><th>rows asked</th><th>found</th></tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table></body></html>\n"
    )


def make_offline(docs: Path, findings: Sequence[Finding]) -> None:
    """Rewrite every page of the data docs in place and put the index in front.

    Args:
        docs: Folder of the data docs.
        findings: What was found.
    """
    for path in docs.rglob("*.html"):
        path.write_text(offline(path.read_text(encoding="utf-8")), encoding="utf-8")
    (docs / "index.html").write_text(index_page(docs, findings), encoding="utf-8")
