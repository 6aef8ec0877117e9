"""What the tables of a drop are: which entity each holds, and which heading which column.

Belongs here: recognising tables, and what one table says about the next (customers without a file of
their own). Does not belong here: forms of values (`proposal_forms`), the text (`proposal_text`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

from connectors.contract import ENTITIES, Entity
from connectors.files.proposal_evidence import Evidence
from connectors.files.proposal_forms import fits_type
from connectors.files.proposal_headings import (
    Match,
    aliases_of,
    hinted_entity,
    matches,
    normalised,
)

# Required columns a table may lack: one value or other headings take their place.
_FILLABLE = {
    "invoices": {"currency"},
    "credit_notes": {"currency"},
    "payments": {"currency", "kind", "payment_id"},
    "payment_allocations": {"allocation_id"},
    "customers": {"customer_id", "customer_name"},
    "subscription_versions": {"currency"},
    "write_offs": {"kind"},
}
_HINT_WEIGHT = 4.0
_CREDIT_WORDS = {"avoir", "credit note", "credit memo", "credit", "cn", "av", "note de credit"}
_INVOICE_WORDS = {"facture", "invoice", "fa", "inv", "facture client", "fac", "vente", "sale"}


@dataclass(frozen=True)
class Recognised:
    """A table and the entity it holds.

    Attributes:
        evidence: What the file shows.
        entity: The entity its rows are.
        found: Contract column to heading.
        paid: Columns of `payments` that an invoice row carries: payment_date, amount, method.
        others: Tables of the same kind, whose files one pattern names.
    """

    evidence: Evidence
    entity: Entity
    found: dict[str, str]
    paid: dict[str, str] = field(default_factory=dict)
    others: tuple[Evidence, ...] = ()

    @cached_property
    def type_words(self) -> tuple[str, list[str], list[str]] | None:
        """A heading that tells credit notes from invoices: its words for each."""
        for heading in self.evidence.headings:
            if normalised(heading).split(" ")[:1] not in (["type"], ["nature"], ["document"]):
                continue
            words = sorted(set(self.evidence.values(heading)))
            credits = [word for word in words if normalised(word) in _CREDIT_WORDS]
            invoices = [word for word in words if normalised(word) in _INVOICE_WORDS]
            if credits and invoices:
                return heading, invoices, credits
        return None

    @property
    def has_negative(self) -> bool:
        """Whether amounts below zero occur."""
        amount = self.found.get(self.entity.amount or "")
        return bool(amount) and any(v.startswith("-") for v in self.evidence.values(str(amount)))

    @property
    def is_wide(self) -> bool:
        """Whether rows carry the date of their payment, or only a column for it."""
        return self.entity.name == "invoices" and "payment_date" in self.paid

    @property
    def has_several_rows(self) -> bool:
        """Whether an invoice occurs on several rows."""
        numbers = self.evidence.values(self.found["invoice_id"])
        return len(set(numbers)) < len(numbers)

    @property
    def unused(self) -> list[str]:
        """Headings that nothing takes."""
        taken = {*self.found.values(), *self.paid.values()}
        return [h for h in self.evidence.headings if h and h not in taken]


def recognise(evidence: Evidence) -> Recognised | None:
    """The entity that explains most of a table's headings; None where none can be filled."""

    def fits(column_type: str, heading: str) -> bool:
        return fits_type(column_type, evidence.values(heading), heading in evidence.typed)

    hint = hinted_entity(evidence.path.stem, evidence.sheet)
    best: tuple[float, Entity, dict[str, Match]] | None = None
    for entity in ENTITIES.values():
        found = matches(entity, evidence.headings, fits)
        fillable = _FILLABLE.get(entity.name, set())
        required = {c.name for c in entity.columns if c.is_required}
        if required - fillable - set(found) or not required & set(found):
            continue
        if entity.name == "customers" and not {"customer_id", "customer_name"} & set(found):
            continue
        score = sum(match.weight + 0.5 for match in found.values())
        score += _HINT_WEIGHT if entity.name == hint else 0
        if best is None or score > best[0]:
            best = (score, entity, found)
    if best is None:
        return None
    _, entity, found = best
    order = [column.name for column in entity.typed_columns]
    headings = {c: found[c].heading for c in sorted(found, key=order.index)}
    known = Recognised(evidence, entity, headings)
    return replace(known, paid=_paid(known, fits)) if entity.name == "invoices" else known


def _paid(known: Recognised, fits: Callable[[str, str], bool]) -> dict[str, str]:
    """Headings of an invoice table that speak of its payment and of nothing else."""
    paid = {}
    rows = matches(ENTITIES["payments"], tuple(known.unused), fits)
    for column, general in (
        ("payment_date", ("invoices", "invoice_date")),
        ("amount", ("invoices", "gross_amount")),
        ("method", ("payments", "kind")),
    ):
        match = rows.get(column)
        if match and normalised(match.heading) not in {*aliases_of(*general), "credit"}:
            paid[column] = match.heading
    return paid


def together(tables: list[Recognised]) -> list[Recognised]:
    """Tables of one kind as one, where a pattern names their files and no other."""
    groups: dict[tuple[object, ...], list[Recognised]] = {}
    for table in tables:
        seen = table.evidence
        form = (seen.sheet, seen.encodings, seen.separator, seen.header_row, seen.skip)
        key = (table.entity.name, seen.headings, seen.path.suffix, *form)
        groups.setdefault(key, []).append(table)
    joined = []
    every = {table.evidence.path.name for table in tables}
    for group in groups.values():
        names = {table.evidence.path.name for table in group}
        pattern = file_pattern(sorted(names))
        matching = {name for name in every if _fits_pattern(name, pattern)}
        if len(names) > 1 and pattern.strip("*") and matching == names:
            rows = tuple(row for table in group for row in table.evidence.rows)
            whole = replace(group[0].evidence, rows=rows)
            others = tuple(table.evidence for table in group[1:])
            joined.append(replace(group[0], evidence=whole, others=others))
        else:
            joined += group
    return joined


def file_pattern(names: list[str]) -> str:
    """The pattern with one `*` that the names share: what they begin and end with."""
    if len(names) == 1:
        return names[0]
    first, last = min(names), max(names)
    start = 0
    while start < min(len(first), len(last)) and first[start] == last[start]:
        start += 1
    shortest = min(len(name) for name in names) - start
    end = 0
    while end < shortest and len({name[len(name) - end - 1] for name in names}) == 1:
        end += 1
    # The digits that differ are part of a number or a year: the pattern begins before them.
    prefix = re.sub(r"\d+$", "", first[:start])
    return f"{prefix}*{first[len(first) - end :] if end else ''}"


def _fits_pattern(name: str, pattern: str) -> bool:
    start, _, end = pattern.partition("*")
    if "*" not in pattern:
        return name == pattern
    return len(name) >= len(start) + len(end) and name.startswith(start) and name.endswith(end)
