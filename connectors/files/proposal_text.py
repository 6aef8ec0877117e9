"""A proposal as the text of a mapping file, its evidence in comments.

Belongs here: TOML, wording, what a person must choose. Does not belong here: finding any of it out
(`proposal_evidence`, `proposal_forms`, `proposal_entities`).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from connectors.files.proposal_entities import Recognised, file_pattern
from connectors.files.proposal_forms import (
    EMPTY_WORDS,
    DateFinding,
    NumberFinding,
    date_form,
    has_noise,
    number_form,
    units_in,
)
from connectors.files.proposal_headings import normalised

CHOOSE = "# Choose: "
# Values of these columns name or reach a person; they are not repeated.
_PERSONAL = {"customer_name", "contact_name", "email", "phone"}
_CURRENCY_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP"}
_TODAY = {
    "statut",
    "etat",
    "status",
    "solde",
    "balance",
    "reste a payer",
    "reste du",
    "open balance",
}


@dataclass(frozen=True)
class Line:
    """A key of the mapping file with what speaks for it."""

    key: str
    value: str
    why: str = ""

    def __str__(self) -> str:
        text = f"{self.key} = {self.value}"
        return f"{text:<44} # {self.why}" if self.why else text


def toml(value: object) -> str:
    """A value in TOML; spaces that cannot be seen are escaped."""
    if isinstance(value, dict):
        inner = ", ".join(
            f"{key if key.isidentifier() and key.isascii() else toml(key)} = {toml(v)}"
            for key, v in value.items()
        )
        return f"{{ {inner} }}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(toml(item) for item in value)}]"
    text = json.dumps(value, ensure_ascii=False)
    return text.replace("\u00a0", "\\u00a0").replace("\u202f", "\\u202f")


def file_lines(table: Recognised, name: str, is_whole_source: bool, unused: list[str]) -> list[str]:
    """The `[files.<name>]` table."""
    seen = table.evidence
    lines: list[str] = [f"[files.{name}]"]
    if not is_whole_source:
        paths = [seen.path.name, *(other.path.name for other in table.others)]
        lines.append(
            str(Line("path", toml(file_pattern(sorted(set(paths)))), _count(len(paths), "file")))
        )
    if seen.sheet:
        lines.append(str(Line("sheet", toml(seen.sheet))))
    if seen.header_row > 1:
        lines.append(str(Line("header_row", str(seen.header_row), "what stands above is a title")))
    lines += _choice("encoding", seen.encodings, "no letter in the file decides")
    if seen.separator:
        lines.append(str(Line("separator", toml(seen.separator))))
    numbers, dates = (
        _columns_of(table, ("amount", "rate")),
        _columns_of(table, ("date", "timestamp")),
    )
    lines += _number_lines(number_form(numbers, prefers_comma=seen.separator == ";"))
    if found := units_in(numbers):
        lines.append(str(Line("units", toml(found), "currency signs around amounts")))
    lines += _date_lines(date_form(dates))
    if words := sorted({v for v in (*numbers, *dates) if v in EMPTY_WORDS}):
        lines.append(str(Line("empty", toml(words), "stands for an empty cell")))
    if rule := seen.skip:
        given = {
            "heading": rule.heading,
            "starts_with": rule.starts_with,
            "and_empty": rule.and_empty,
        }
        lines.append(str(Line("skip_rows_where", toml(given), "totals are no data")))
    lines += [f"# {note}" for note in seen.notes]
    if unused:
        listed = ", ".join(toml(heading) for heading in unused)
        lines.append(f"# Not used, kept with each row: {listed}")
    if any(normalised(heading) in _TODAY for heading in unused):
        lines.append(
            "# A state or a balance says how things are today: it is derived from dated rows instead."
        )
    return lines


def _columns_of(table: Recognised, types: tuple[str, ...]) -> list[str]:
    """Texts of the table's columns of some types, those left out whose cells carry a type."""
    kinds = {c.name: c.type for c in table.entity.typed_columns}
    headings = [h for c, h in table.found.items() if kinds[c] in types]
    paid = {"payment_date": "date", "amount": "amount", "method": "text"}
    headings += [h for c, h in table.paid.items() if paid[c] in types]
    return [v for h in headings if h not in table.evidence.typed for v in table.evidence.values(h)]


def _choice(key: str, options: tuple[str, ...], why: str) -> list[str]:
    if len(options) < 2:
        return [str(Line(key, toml(option))) for option in options]
    return [f"{CHOOSE}{why}.", *(f"# {Line(key, toml(option))}" for option in options)]


def _number_lines(found: NumberFinding | None) -> list[str]:
    if found is None:
        return []
    if len(found.options) > 1:
        lines = [
            f"{CHOOSE}is {found.sample} above a thousand, or is its mark the decimal one? Keep two lines of four."
        ]
        for form in found.options:
            lines += [f"# decimal = {toml(form.decimal)}", f"# thousands = {toml(form.thousands)}"]
        return lines
    form = found.options[0]
    fit = f"{found.read} of {found.of} different numbers fit, for instance {found.sample}"
    lines = [str(Line("decimal", toml(form.decimal), fit))]
    return [*lines, *([str(Line("thousands", toml(form.thousands)))] if form.thousands else [])]


def _date_lines(found: DateFinding | None) -> list[str]:
    if found is None:
        return []
    fit = f"{found.read} of {found.of} different dates fit"
    if len(found.options) > 1:
        return _choice(
            "date_format",
            found.options,
            f"{fit} several forms, for instance {found.sample}; no value decides",
        )
    return [str(Line("date_format", toml(found.options[0]), f"{fit}; {found.sample} decides"))]


def column_line(table: Recognised, column: str, heading: str) -> str:
    """`column = "heading"` with how many rows fill it and a sample."""
    values = table.evidence.values(heading)
    of = len(table.evidence.rows)
    why = f"{len(values)} of {of} rows" if of else "no rows"
    if values and column not in _PERSONAL:
        why += f", for instance {toml(values[0][:40])}"
    if column.endswith("currency") and (signs := sorted(set(values) & set(_CURRENCY_SIGNS))):
        meanings = {sign: _CURRENCY_SIGNS[sign] for sign in signs}
        return str(Line(column, toml({"heading": heading, "values": meanings}), why))
    is_amount = any(c.name == column and c.type == "amount" for c in table.entity.columns)
    if is_amount and has_noise(values):
        why += "; computed in floating point, so rounded to cents"
        return str(Line(column, toml({"heading": heading, "round": True}), why))
    return str(Line(column, toml(heading), why))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number > 1 else ''}"


def open_choices(text: str) -> list[str]:
    """Choices of a proposal that nobody has made: their key stands in comments only."""
    still_open = []
    for block in text.split(CHOOSE)[1:]:
        question, *lines = block.split("\n\n")[0].splitlines()
        key = lines[0].removeprefix("# ").split(" = ")[0] if lines else ""
        if not any(re.match(rf"{re.escape(key)}\s*=", line) for line in lines):
            still_open.append(question)
    return still_open
