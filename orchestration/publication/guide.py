"""The guide beside the publications: what is there and how each tool opens it.

Belongs here: filling `guide.md` with what one publication holds. Does not belong here: the text
(`guide.md`), which publication readers see (`orchestration.publishing`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestration.publication.about import About

_TEMPLATE = Path(__file__).with_suffix(".md")


def guide(facts: Mapping[str, Any], tables: Mapping[str, Mapping[str, Any]], about: About) -> str:
    """The guide to a publication, in Markdown; it changes with the day and its tables only.

    Args:
        facts: The row of `about.publication`.
        tables: Fingerprint of each mart, by name.
        about: What the tables mean.
    """
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        undefined=StrictUndefined,
        trim_blocks=False,
        keep_trailing_newline=True,
        # Markdown, not markup: `_cell` takes care of what would break a table.
        autoescape=False,  # noqa: S701
    )
    template = environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))
    return template.render(
        company=_cell(facts["company_name"] or ""),
        as_of_date=facts["as_of_date"].isoformat(),
        publication_id=facts["publication_id"],
        tables=[
            {
                "name": name,
                "rows": f"{int(table['rows']):,}",
                "grain": _cell(_first_sentence(about.of_table(name).text)),
            }
            for name, table in tables.items()
        ],
    )


def _first_sentence(text: str) -> str:
    first, dot, _ = text.partition(". ")
    return (first + dot).strip()


def _cell(text: str) -> str:
    for character in "\\|<>[]":
        text = text.replace(character, f"\\{character}")
    return " ".join(text.split())
