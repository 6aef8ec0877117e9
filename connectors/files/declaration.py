"""What the configuration declares of files: how one is written, which file and cell a row comes from.

Belongs here: the validated form of `[sources.files]` and of a mapping's `[files]` and `[entities]`.
Does not belong here: its checks against the contract (`mapping`), opening files (`reading`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from connectors.validation import TextForm

# Directives a date may be written with; each names one of year, month and day, or a time of day.
_DATE_PARTS = ({"%Y", "%y"}, {"%m", "%b", "%B", "%-m"}, {"%d", "%-d"})


class Strict(BaseModel):
    """A table of the configuration: unknown keys are refused, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SkipRule(Strict):
    """Which rows are no data: totals and subtotals.

    Attributes:
        heading: The heading under which the label stands.
        starts_with: Beginnings of the label, upper and lower case alike.
        and_empty: Headings that must be empty too, so that a customer called "Total" stays.
    """

    heading: str
    starts_with: Annotated[tuple[str, ...], Field(min_length=1)]
    and_empty: tuple[str, ...] = ()


class FileForm(Strict):
    """How a file is written. Nothing of it is guessed from the content.

    Attributes:
        encoding: Python codec name.
        separator: Field separator of a CSV.
        decimal: Decimal mark.
        thousands: Characters between groups of digits.
        date_format: strptime format of dates.
        units: Signs around amounts, such as `€`.
        sheet: Sheet of an XLSX; its first visible one where absent.
        header_row: Line of the headings, from 1; what stands above is a title.
        skip_rows_where: Total rows.
        fill_down: Headings whose empty cells repeat the value above (merged cells, grouped lists).
        empty: Texts that stand for an empty cell, such as `-`.
        is_complete: The file holds every record there is: one that vanishes from it is deleted.
        allow_outside: A link in the source folder may lead out of it.
    """

    encoding: str = "utf-8"
    separator: str = Field(default=",", min_length=1, max_length=1)
    decimal: Literal[".", ","] = "."
    thousands: str = ""
    date_format: str = "%Y-%m-%d"
    units: tuple[str, ...] = ()
    sheet: str | None = None
    header_row: Annotated[int, Field(ge=1, le=1000)] = 1
    skip_rows_where: SkipRule | None = None
    fill_down: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    is_complete: bool = False
    allow_outside: bool = False

    @field_validator("date_format")
    @classmethod
    def _check_date_format(cls, text: str) -> str:
        if not all(any(part in text for part in parts) for parts in _DATE_PARTS):
            raise ValueError(f"'{text}' lacks day, month or year; write for instance %d/%m/%Y")
        return text

    @model_validator(mode="after")
    def _check_marks(self) -> FileForm:
        if self.decimal in self.thousands:
            raise ValueError(f"'{self.decimal}' cannot be both decimal and thousands")
        if any(mark.isalnum() or mark in "+-" for mark in self.thousands):
            raise ValueError(f"thousands '{self.thousands}' holds a digit, a letter or a sign")
        return self

    @property
    def text_form(self) -> TextForm:
        """The part that concerns values, not the file."""
        return TextForm(self.decimal, self.thousands, self.date_format, self.units)

    @property
    def headings(self) -> tuple[str, ...]:
        """Headings the form itself names."""
        rule = self.skip_rows_where
        return (*self.fill_down, *((rule.heading, *rule.and_empty) if rule else ()))


class MappedFile(FileForm):
    """A file of a mapping: its form and its path, relative to the source's path; `*` and `?` match."""

    path: str = ""


class Heading(Strict):
    """Where a contract column comes from: one heading, several joined, or one value for all rows.

    Attributes:
        heading: The heading of the column.
        headings: Several, joined by `-`: an identifier made of what identifies the row.
        value: One value for all rows.
        prefix: Put before the text.
        strip_zeros: Leading zeros taken off: one export writes 0042, a spreadsheet 42.
        values: What the source's words mean in a closed vocabulary.
        negate: The opposite amount: credit notes exported as negative invoices.
        round: Amounts with floating-point noise, rounded to the decimals that are kept.
        at_most: Heading of an amount that this one does not exceed: a payment allocated to its invoice.
    """

    heading: str | None = None
    headings: tuple[str, ...] = ()
    value: str | None = None
    prefix: str = ""
    strip_zeros: bool = False
    values: dict[str, str] = Field(default_factory=dict)
    negate: bool = False
    round: bool = False
    at_most: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, data: object) -> object:
        return {"heading": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _one_of_them(self) -> Heading:
        if (self.heading is not None) + bool(self.headings) + (self.value is not None) != 1:
            raise ValueError("give one of 'heading', 'headings' and 'value'")
        return self

    @property
    def used(self) -> tuple[str, ...]:
        """Headings it reads."""
        names = (self.heading, *self.headings, self.at_most)
        return tuple(name for name in names if name is not None)


class Condition(Strict):
    """Which rows belong to an entity, by the text under a heading; upper and lower case alike."""

    heading: str
    equals: tuple[str, ...] = ()
    differs_from: tuple[str, ...] = ()
    starts_with: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_of_them(self) -> Condition:
        if bool(self.equals) + bool(self.differs_from) + bool(self.starts_with) != 1:
            raise ValueError("give one of 'equals', 'differs_from' and 'starts_with'")
        return self


Conditions = Annotated[
    tuple[Condition, ...],
    BeforeValidator(lambda given: [given] if isinstance(given, dict) else given),
]


class MappedEntity(Strict):
    """How one entity is taken out of one mapped file.

    Attributes:
        file: Name of a `[files.*]` table.
        require: Headings that must all hold a value for the row to belong to the entity.
        require_any: Headings of which one must.
        not_zero: Heading of an amount: a row with zero there does not belong to the entity.
        where: Conditions on texts, all of which must hold.
        sign: Rows whose amount is negative (then taken with the opposite sign), or is not.
        is_distinct: Keep one row of each content: customers repeated on every invoice line.
        is_last_of_key: Keep the last row of each record in the file.
        columns: Contract column to heading.
    """

    file: str
    require: tuple[str, ...] = ()
    require_any: tuple[str, ...] = ()
    not_zero: str | None = None
    where: Conditions = ()
    sign: Literal["positive", "negative"] | None = None
    is_distinct: bool = False
    is_last_of_key: bool = False
    columns: dict[str, Heading]

    @property
    def headings(self) -> tuple[str, ...]:
        """Every heading it names."""
        selecting = (*self.require, *self.require_any, *(c.heading for c in self.where))
        zero = (self.not_zero,) if self.not_zero else ()
        return (*(n for h in self.columns.values() for n in h.used), *selecting, *zero)


class FilesSource(Strict):
    """The `[sources.files]` table of the configuration.

    Attributes:
        path: Folder of the entity files, or of the mapped files; absolute once resolved.
        mapping: Mapping file; absent, the files are named and headed as in the import contract.
        form: How contract files are written; a mapping declares its own.
        needs_invoices: Whether no other source holds a ledger.
    """

    path: Path
    mapping: Path | None = None
    form: FileForm = FileForm()
    needs_invoices: bool = True
