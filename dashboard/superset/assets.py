"""The versioned assets: Superset's own export files, read and put into a company's words.

Belongs here: reading `assets/`, `words.yml`, what is replaced for a company. Does not belong here:
talking to Superset (`provision.py`), asking the publication (`columns.py`).

The files hold English texts and euros, so that an export of an English company is what is
versioned. `words.yml` holds every text once more in French; a text that it lacks is an error.
"""

from __future__ import annotations

import copy
import functools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

from dashboard.superset.home import Company, SupersetError

FOLDER = Path(__file__).parent / "assets"
WORDS_FILE = Path(__file__).parent / "words.yml"
KINDS = ("databases", "datasets", "charts", "dashboards")
# The file's place, filled in for a company; and the currency of all reporting amounts.
PLACE_OF_PUBLICATION = "/publication.duckdb"
CURRENCY = "EUR"
# Keys of the export format whose values are read by people.
_TEXTS = frozenset(
    {
        "code",
        "dashboard_title",
        "description",
        "label",
        "sliceName",
        "slice_name",
        "subtitle",
        "text",
        "total_label",
        "verbose_name",
        "x_axis_title",
        "y_axis_title",
    }
)
# A name of the publication's data in SQL that the reader sees: then 'Not due', else 'Other'.
_SQL_TEXT = re.compile(r"(\b(?:then|else)\s+)'((?:[^']|'')*)'")
# French sets a space before these marks and inside quotes; it must not break the line.
_FRENCH_SPACE = re.compile(r" (?=[;:?!%»])|(?<=«) ")

Asset = dict[str, Any]


@functools.cache
def french() -> dict[str, str]:
    """The French text of each English one."""
    groups = _read(WORDS_FILE)
    return {
        str(forms["en"]).strip(): _FRENCH_SPACE.sub("\u00a0", str(forms["fr"]).strip())
        for entries in groups.values()
        for forms in entries.values()
    }


def read_assets(folder: Path = FOLDER) -> dict[str, Asset]:
    """Read every asset by its path below the folder: `charts/….yaml`, `dashboards/….yaml`, …"""
    return {
        str(path.relative_to(folder)): _read(path)
        for kind in KINDS
        for path in sorted((folder / kind).rglob("*.yaml"))
    }


def _read(path: Path) -> Any:
    # The C parser: a hundred files in a tenth of the time.
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def texts_of(asset: Asset) -> Iterator[str]:
    """Every text of an asset that a person reads."""
    found: list[str] = []

    def keep(text: str) -> str:
        found.append(text)
        return text

    _in_words(asset, keep)
    yield from found


def for_company(assets: dict[str, Asset], company: Company, currency: str) -> dict[str, Asset]:
    """Return the assets in a company's language and currency, on its publication.

    Args:
        assets: as versioned; left as they are.
        company: whose language and publication.
        currency: ISO 4217 code of its reporting currency.

    Raises:
        SupersetError: a text has no French.
    """

    def word(text: str) -> str:
        if company.language == "en":
            return text
        if text.strip() not in french():
            raise SupersetError(f"{WORDS_FILE} lacks '{text}'. Add its French.")
        return french()[text.strip()]

    filled = {path: _in_words(copy.deepcopy(asset), word) for path, asset in assets.items()}
    for path, asset in filled.items():
        if path.startswith("databases/"):
            asset["sqlalchemy_uri"] = asset["sqlalchemy_uri"].replace(
                PLACE_OF_PUBLICATION, str(company.publication)
            )
        else:
            _in_currency(asset, currency, company.language)
    return filled


def _in_words(node: Any, word: Callable[[str], str]) -> Any:
    """Replace the texts below a node, in place."""
    if isinstance(node, list):
        for child in node:
            _in_words(child, word)
    if not isinstance(node, dict):
        return node
    for key, value in node.items():
        is_filter_name = key == "name" and "filterType" in node
        if isinstance(value, str) and value.strip() and (key in _TEXTS or is_filter_name):
            node[key] = word(value)
        elif key == "sql" and isinstance(value, str):
            node[key] = _sql_in_words(value, word)
        else:
            _in_words(value, word)
    return node


def _sql_in_words(sql: str, word: Callable[[str], str]) -> str:
    def replaced(match: re.Match[str]) -> str:
        text = word(match[2].replace("''", "'"))
        return match[1] + "'" + text.replace("'", "''") + "'"

    return _SQL_TEXT.sub(replaced, sql)


def _in_currency(node: Any, currency: str, language: str) -> None:
    """Put a company's currency in place, before an amount or, as French writes it, after."""
    for child in node.values() if isinstance(node, dict) else node:
        if isinstance(child, dict) and child.get("symbol") == CURRENCY:
            child["symbol"] = currency
            child["symbolPosition"] = "suffix" if language == "fr" else "prefix"
        elif isinstance(child, dict | list):
            _in_currency(child, currency, language)
