"""What a page carries around its sections: style, scripts, their words, the charts library.

Belongs here: what is inlined into the template and the policy that allows it and nothing else. Does
not belong here: what sections say (`views`), what the scripts do (`templates/scripts`).
"""

from __future__ import annotations

import base64
import functools
import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboard.parts import Table
from dashboard.wording import Locale, words

TEMPLATES = Path(__file__).parent / "templates"
# In the order in which they run; the first is what the others share.
SCRIPTS = ("page", "age", "tables", "csv", "views", "charts")
# Says before anything is painted that scripts run: without them every view is shown.
EARLY_SCRIPT = 'document.documentElement.className = "js";'
# What the scripts say, with gaps that they fill.
SCRIPT_WORDS = (
    *("age_today", "age_yesterday", "age_days", "age_ahead", "age_notice"),
    *("rows_shown", "csv_detail", "no_charts"),
)


@dataclass(frozen=True)
class Shell:
    """The parts of a page that are the same whatever it says.

    Attributes:
        style: CSS.
        early_script: what runs in the head.
        script: what runs once the sections are there.
        script_words: texts of the script by key.
        library: plotly.js, gzip in base64; empty where no chart is drawn.
        policy: the content security policy: these scripts by their hashes, no address at all.
    """

    style: str
    early_script: str
    script: str
    script_words: dict[str, str]
    library: str
    policy: str


def shell(locale: Locale, has_charts: bool) -> Shell:
    """Return what surrounds the sections of a page."""
    style = (TEMPLATES / "page.css").read_text(encoding="utf-8")
    script = "\n".join(
        (TEMPLATES / "scripts" / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS
    )
    texts = words(locale)
    run = [EARLY_SCRIPT, script, *([plotly_script()] if has_charts else [])]
    return Shell(
        style=style,
        early_script=EARLY_SCRIPT,
        script=script,
        script_words={
            **{key: texts[f"page.{key}"] for key in SCRIPT_WORDS},
            "unknown": texts["general.unknown"],
        },
        library=_packed(plotly_script()) if has_charts else "",
        policy=_policy(run),
    )


def detail_contents(table: Table) -> list[dict[str, Any] | None]:
    """Return the tables that open below the rows, as the script builds them; None opens nothing."""
    return [None if detail is None else _content(detail) for detail in table.details]


def _content(table: Table) -> dict[str, Any]:
    def cells(row: tuple[Any, ...]) -> list[list[str | None]]:
        return [[cell.text, cell.exact, cell.detail] for cell in row]

    return {
        "caption": table.caption,
        "columns": [[column.heading, column.is_figure] for column in table.columns],
        "rows": [cells(row) for row in table.rows],
        "total": cells(table.total) if table.total else None,
        "note": table.note,
    }


def _policy(scripts: list[str]) -> str:
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in scripts
    )
    # Plotly and the pages style elements in place.
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


@functools.cache
def plotly_script() -> str:
    """Return the charts library: the page must open without a network."""
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs())


@functools.cache
def _packed(script: str) -> str:
    # 4.8 MB become 2 MB, which can be mailed and kept for years; browsers unpack it in 50 ms.
    return base64.b64encode(gzip.compress(script.encode(), mtime=0)).decode()
