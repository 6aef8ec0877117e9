"""A complete mapping proposed from a drop of exports, for a person to accept.

Belongs here: the proposal as a whole. Does not belong here: loading anything; a run takes what was
accepted and guesses nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from connectors.contract import ENTITIES
from connectors.errors import SourceError
from connectors.files.declaration import FilesSource
from connectors.files.proposal_entities import Recognised, recognise, together
from connectors.files.proposal_evidence import gather
from connectors.files.proposal_headings import matches, normalised
from connectors.files.proposal_text import Line, column_line, file_lines, open_choices, toml
from connectors.files.reading import SUFFIXES, TEXT_SUFFIXES

_HEADER = """\
# Proposed by `encours check` from what the files show. Nothing of it is used before it is accepted:
# read it, correct it, then `encours check --accept`. The run declares and never guesses.
"""


@dataclass(frozen=True)
class Proposal:
    """A mapping file that a person may accept.

    Attributes:
        text: Its text.
        choices: What a person must choose first, one line each.
        files: Names of the files it takes.
    """

    text: str
    choices: tuple[str, ...]
    files: tuple[str, ...]


def propose(source: FilesSource, currency: str) -> Proposal:
    """Look at every file of a source and propose a mapping.

    Args:
        source: The configured source; its own mapping and form are not looked at.
        currency: The company's reporting currency, proposed where no heading holds one.

    Raises:
        SourceError: No file holds anything that is an entity of the contract.
    """
    tables, remarks = _recognised(source.path)
    if not tables:
        raise SourceError(
            f"{source.path} holds no file that looks like invoices, payments or customers.",
            "Export them as CSV, XLSX or Parquet with a header row, and put them there.",
        )
    tables = together(tables)
    names = _names(tables)
    blocks = [_HEADER + "".join(f"# {remark}\n" for remark in remarks)]
    taken = [
        block
        for table, name in zip(tables, names, strict=True)
        for block in _blocks(table, name, currency, tables)
    ]
    mapped = "\n".join(line for block in taken for line in (*block.options, *block.columns))
    for table, name in zip(tables, names, strict=True):
        unused = [heading for heading in table.unused if toml(heading) not in mapped]
        is_whole = table.evidence.path == source.path
        blocks.append("\n".join(file_lines(table, name, is_whole, unused)) + "\n")
    entities = [block.entity for block in taken if not block.is_wide]
    blocks += [block.text(entities.count(block.entity) > 1) for block in taken]
    text = "\n".join(blocks)
    files = tuple(seen.path.name for table in tables for seen in (table.evidence, *table.others))
    return Proposal(text, tuple(open_choices(text)), files)


def _recognised(path: Path) -> tuple[list[Recognised], list[str]]:
    """Tables that are entities, and a remark on every file that is not."""
    paths = sorted(path.iterdir()) if path.is_dir() else [path] if path.is_file() else []
    found, remarks = [], []
    for file in paths:
        kind = file.suffix.lower()
        if file.name.startswith((".", "~$")) or not file.is_file():
            continue
        if kind == ".xls":
            remarks.append(f"{file.name}: a workbook of before 2007. Save it as .xlsx or .csv.")
        if kind not in (*SUFFIXES, *TEXT_SUFFIXES):
            continue
        try:
            tables = [known for seen in gather(file) if (known := recognise(seen))]
        except SourceError as error:
            remarks.append(str(error))
            continue
        if not tables:
            remarks.append(f"{file.name}: not used, its headings are no entity's.")
        found += tables
    order = list(ENTITIES)
    return sorted(found, key=lambda table: order.index(table.entity.name)), remarks


def _names(tables: list[Recognised]) -> list[str]:
    names: list[str] = []
    for table in tables:
        seen = table.evidence
        bare = re.sub(r"[ _\d]+", "_", normalised(seen.path.stem)).strip("_") or table.entity.name
        if sum(other.evidence.path == seen.path for other in tables) > 1 and seen.sheet:
            bare = f"{bare}_{normalised(seen.sheet).replace(' ', '_')}"
        number = sum(name == bare or name.startswith(f"{bare}_") for name in names) + 1
        names.append(bare if bare not in names else f"{bare}_{number}")
    return names


@dataclass(frozen=True)
class _Block:
    """A table of the mapping file that says where an entity comes from."""

    entity: str
    file: str
    options: list[str]
    columns: list[str]
    is_wide: bool = False

    def text(self, is_one_of_many: bool) -> str:
        place = f"wide.{self.file}" if self.is_wide else f"entities.{self.entity}"
        head = f"[[{place}]]" if is_one_of_many and not self.is_wide else f"[{place}]"
        file = [] if self.is_wide else [f"file = {toml(self.file)}"]
        lines = [head, *file, *self.options, f"[{place}.columns]", *self.columns]
        return "\n".join(lines) + "\n"


def _blocks(table: Recognised, name: str, currency: str, tables: list[Recognised]) -> list[_Block]:
    entity = table.entity.name
    if entity == "invoices":
        blocks = _invoice_blocks(table, name, currency)
        if not any(other.entity.name == "customers" for other in tables):
            blocks.append(_customers(table, name))
        return blocks
    blocks = [_Block(entity, name, [], _columns(table, currency))]
    if entity == "payments" and (allocated := _allocations(table, name, tables)):
        blocks.append(allocated)
    return blocks


def _columns(table: Recognised, currency: str) -> list[str]:
    """Column lines of a table's own entity, what no heading holds filled in and said."""
    lines = [column_line(table, column, heading) for column, heading in table.found.items()]
    missing = [c for c in table.entity.columns if c.is_required and c.name not in table.found]
    for column in missing:
        if column.name == "currency":
            why = "no heading holds a currency: the company's own. Correct it if that is wrong"
            lines.append(str(Line("currency", toml({"value": currency}), why)))
        elif column.name == "kind":
            value = "receipt" if table.entity.name == "payments" else "write_off"
            lines.append(str(Line("kind", toml({"value": value}), "for all rows")))
        elif column.name in ("payment_id", "allocation_id"):
            joined = toml({"headings": _identifying(table), "prefix": "paid-"})
            lines.append(str(Line(column.name, joined, "no heading identifies a payment")))
        elif column.name in ("customer_id", "customer_name"):
            other = "customer_name" if column.name == "customer_id" else "customer_id"
            lines.append(str(Line(column.name, toml(table.found[other]), "no heading of its own")))
    if table.entity.name == "invoices":
        number = table.found["invoice_id"]
        lines.append(str(Line("invoice_number", toml(number))))
    return lines


def _identifying(table: Recognised) -> list[str]:
    wanted = ("invoice_id", "customer_id", "payment_date", "allocation_date", "amount")
    headings = [table.found[column] for column in wanted if column in table.found]
    invoice = _invoice_heading(table)
    return [invoice, *headings] if invoice and invoice not in headings else headings


def _invoice_heading(table: Recognised) -> str | None:
    found = matches(
        ENTITIES["payment_allocations"],
        tuple(h for h in table.unused if h),
        lambda kind, heading: kind != "text" or bool(table.evidence.values(heading)),
    )
    match = found.get("invoice_id")
    return match.heading if match else None


def _allocations(table: Recognised, name: str, tables: list[Recognised]) -> _Block | None:
    """Payments that name their invoice are allocated to it."""
    invoice = _invoice_heading(table)
    if invoice is None or any(t.entity.name == "payment_allocations" for t in tables):
        return None
    known = {
        number
        for other in tables
        if other.entity.name == "invoices"
        for number in other.evidence.values(other.found["invoice_id"])
    }
    named = table.evidence.values(invoice)
    why = f"{sum(number in known for number in named)} of {len(named)} are invoices of this drop"
    own_id = table.found.get("payment_id")
    paid_id = toml(own_id) if own_id else toml({"headings": _identifying(table), "prefix": "paid-"})
    columns = [
        str(Line("allocation_id", paid_id)),
        str(Line("payment_id", paid_id)),
        str(Line("invoice_id", toml(invoice), why)),
        str(Line("allocation_date", toml(table.found["payment_date"]))),
        str(Line("amount", toml(table.found["amount"]))),
    ]
    options = [f"require = {toml([invoice])}"]
    return _Block("payment_allocations", name, options, columns)


def _invoice_blocks(table: Recognised, name: str, currency: str) -> list[_Block]:
    columns = _columns(table, currency)
    where = table.type_words
    selecting = [f"where = {toml({'heading': where[0], 'equals': where[1]})}"] if where else []
    if table.is_wide:
        paid = [f"payment_date = {toml(table.paid['payment_date'])}"]
        if "amount" in table.paid:
            paid.append(f"paid_amount = {toml(table.paid['amount'])}")
        if "method" in table.paid:
            paid.append(f"method = {toml(table.paid['method'])}")
        if table.has_several_rows:
            paid.append(
                str(Line("has_several_rows", "true", "invoice numbers repeat: a row a payment"))
            )
        if table.has_negative and not where:
            paid.append('negative = "credit_notes"')
        blocks = [_Block("invoices", name, [*selecting, *paid], columns, is_wide=True)]
        if where:
            blocks.append(_credit_notes(table, name, currency, where))
        return blocks
    if table.has_negative and not where:
        selecting = [str(Line("sign", toml("positive"), "negative rows are credit notes, below"))]
    blocks = [_Block("invoices", name, selecting, columns)]
    if table.has_negative or where:
        blocks.append(_credit_notes(table, name, currency, where))
    return blocks


def _credit_notes(
    table: Recognised, name: str, currency: str, where: tuple[str, list[str], list[str]] | None
) -> _Block:
    of = {"credit_note_id": "invoice_id", "credit_date": "invoice_date"}
    negative = table.has_negative and where
    columns = []
    for column in ENTITIES["credit_notes"].columns:
        heading = table.found.get(of.get(column.name, column.name))
        if heading is None:
            if column.name == "currency":
                columns.append(f"currency = {toml({'value': currency})}")
            continue
        value: object = heading
        if negative and column.type == "amount":
            value = {"heading": heading, "negate": True}
        columns.append(f"{column.name} = {toml(value)}")
    option = (
        f"where = {toml({'heading': where[0], 'equals': where[2]})}"
        if where
        else f"sign = {toml('negative')}"
    )
    return _Block("credit_notes", name, [option], columns)


def _customers(table: Recognised, name: str) -> _Block:
    """Customers of a drop that has no file of them: those its invoices name."""
    seen = table.evidence
    found = matches(ENTITIES["customers"], seen.headings, lambda *_: True)
    key = table.found["customer_id"]
    label = found["customer_name"].heading if "customer_name" in found else key
    columns = [
        str(Line("customer_id", toml(key))),
        str(Line("customer_name", toml(label), "no file of customers: those of the invoices")),
    ]
    for column in ("country", "language"):
        if column in found:
            columns.append(f"{column} = {toml(found[column].heading)}")
    options = [str(Line("is_last_of_key", "true", "a customer's last row says its name"))]
    return _Block("customers", name, options, columns)
