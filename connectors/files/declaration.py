"""What the configuration declares of files: how they are written, which heading means which column.

Belongs here: the validated form of `[sources.files]` and of a mapping file. Does not belong here:
opening the files (`reading`), checking values (`connectors.validation`).
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from connectors.contract import ENTITIES, Entity
from connectors.errors import SourceError
from connectors.validation import TextForm


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FileForm(_Strict):
    """How a file is written. Nothing of it is guessed from the content.

    Attributes:
        encoding: Python codec name.
        separator: Field separator of a CSV.
        decimal: Decimal mark.
        thousands: Characters between groups of digits.
        date_format: strptime format of dates.
        sheet: Sheet of an XLSX; its first where empty.
    """

    encoding: str = "utf-8"
    separator: str = Field(default=",", min_length=1, max_length=1)
    decimal: Literal[".", ","] = "."
    thousands: str = ""
    date_format: str = "%Y-%m-%d"
    sheet: str | None = None

    @property
    def text_form(self) -> TextForm:
        """The part that concerns values, not the file."""
        return TextForm(self.decimal, self.thousands, self.date_format)


class MappedFile(FileForm):
    """A file of a mapping: its form and its path, relative to the source's path."""

    path: str = ""


class Heading(_Strict):
    """Where a contract column comes from: a heading (with a prefix), or one value for all rows."""

    column: str | None = None
    value: str | None = None
    prefix: str = ""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, data: object) -> object:
        return {"column": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _one_of_both(self) -> Heading:
        if (self.column is None) == (self.value is None):
            raise ValueError("give either 'column' or 'value'")
        return self


class MappedEntity(_Strict):
    """How one entity is taken out of one mapped file.

    Attributes:
        file: Name of a `[files.*]` table.
        require: Headings that must hold a value for the row to belong to the entity.
        is_distinct: Keep one row of each content: customers repeated on every invoice line.
        columns: Contract column to heading.
    """

    file: str
    require: tuple[str, ...] = ()
    is_distinct: bool = False
    columns: dict[str, Heading]


class Mapping(_Strict):
    """A mapping file."""

    files: dict[str, MappedFile]
    entities: dict[str, MappedEntity]


class FilesSource(_Strict):
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


def load_mapping(path: Path) -> Mapping:
    """Read and validate a mapping file.

    Raises:
        SourceError: The file is missing, not TOML, or names an entity, column or file that does
            not exist.
    """
    try:
        mapping = Mapping.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise SourceError(
            f"Mapping file {path} does not exist.", "Correct [sources.files] mapping."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SourceError(
            f"Mapping file {path} is not TOML: {error}.", "Correct that line."
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise SourceError(
            f"Mapping file {path}: {place}: {first['msg']}.", "Correct that key."
        ) from None
    for name, mapped in mapping.entities.items():
        _check_entity(path, mapping, name, mapped)
    return mapping


def _check_entity(path: Path, mapping: Mapping, name: str, mapped: MappedEntity) -> None:
    place = f"Mapping file {path}: entities.{name}"
    if name not in ENTITIES:
        raise SourceError(f"{place} is not an entity.", f"Use one of: {', '.join(ENTITIES)}.")
    entity: Entity = ENTITIES[name]
    unknown = sorted(set(mapped.columns) - set(entity.column_names))
    if unknown:
        raise SourceError(
            f"{place}.columns has '{unknown[0]}', which the contract does not know.",
            f"Use one of: {', '.join(entity.column_names)}.",
        )
    missing = [c.name for c in entity.columns if c.is_required and c.name not in mapped.columns]
    if missing:
        raise SourceError(
            f"{place}.columns has no '{missing[0]}', which is required.",
            f'Add {missing[0]} = "<heading>" or {{ value = "…" }}.',
        )
    if mapped.file not in mapping.files:
        raise SourceError(f"{place}.file names '{mapped.file}'.", f"Declare [files.{mapped.file}].")
