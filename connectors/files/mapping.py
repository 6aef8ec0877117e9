"""A mapping file: read, validated, and checked against the import contract.

Belongs here: the file as a whole and its errors, one line each. Does not belong here: the form of
its tables (`declaration`, `wide`), what is done with them (`planning`, `projection`).
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationError

from connectors.contract import ENTITIES, Column, Entity
from connectors.errors import SourceError
from connectors.files.declaration import Heading, MappedEntity, MappedFile, Strict
from connectors.files.wide import WideFile

Parts = Annotated[
    tuple[MappedEntity, ...],
    BeforeValidator(lambda given: [given] if isinstance(given, dict) else given),
]


class Mapping(Strict):
    """A mapping file.

    Attributes:
        files: How each file is written, by a name of its own.
        entities: Where each entity comes from: one table, or several (`[[entities.invoices]]`).
        wide: Files whose invoice rows carry their payment.
    """

    files: Annotated[dict[str, MappedFile], Field(min_length=1)]
    entities: dict[str, Parts] = Field(default_factory=dict)
    wide: dict[str, WideFile] = Field(default_factory=dict)

    def parts(self) -> list[tuple[str, MappedEntity]]:
        """Every entity declaration by entity name, in the contract's order, wide files unfolded."""
        named = [(name, part) for name, parts in self.entities.items() for part in parts]
        for file, wide in self.wide.items():
            named += wide.entities(file)
        return sorted(named, key=lambda item: list(ENTITIES).index(item[0]))


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
        # A single table counts as a list of one: its number says nothing.
        place = ".".join(str(part) for part in first["loc"] if part != 0)
        message = first["msg"].removeprefix("Value error, ")
        raise SourceError(
            f"Mapping file {path}: {place}: {message}.", "Correct that key."
        ) from None
    for name in mapping.entities:
        if name not in ENTITIES:
            raise SourceError(
                f"Mapping file {path}: entities.{name} is not an entity.",
                f"Use one of: {', '.join(ENTITIES)}.",
            )
    for name, part in mapping.parts():
        _check_part(path, mapping, name, part)
    return mapping


def _check_part(path: Path, mapping: Mapping, name: str, part: MappedEntity) -> None:
    is_wide = part not in mapping.entities.get(name, ())
    place = f"Mapping file {path}: {f'wide.{part.file}' if is_wide else f'entities.{name}'}"
    entity = ENTITIES[name]
    if part.file not in mapping.files:
        raise SourceError(f"{place}.file names '{part.file}'.", f"Declare [files.{part.file}].")
    unknown = sorted(set(part.columns) - set(entity.column_names))
    if unknown:
        raise SourceError(
            f"{place}.columns has '{unknown[0]}', which the contract does not know.",
            f"Use one of: {', '.join(entity.column_names)}.",
        )
    missing = [c.name for c in entity.columns if c.is_required and c.name not in part.columns]
    if missing:
        raise SourceError(
            f"{place}.columns has no '{missing[0]}', which is required.",
            f'Add {missing[0]} = "<heading>" or {{ value = "…" }}.',
        )
    for column in entity.typed_columns:
        if column.name in part.columns:
            _check_column(f"{place}.columns.{column.name}", column, part.columns[column.name])
    if part.sign and (entity.amount is None or part.columns[entity.amount].heading is None):
        raise SourceError(f"{place}.sign needs an amount.", "Remove it, or use 'where'.")
    _check_repeats(place, entity, part)


def _check_column(place: str, column: Column, heading: Heading) -> None:
    for option in ("negate", "round", "at_most"):
        if getattr(heading, option) and column.type != "amount":
            raise SourceError(f"{place}.{option} is for amounts.", "Remove it.")
    if heading.strip_zeros and (column.type != "text" or heading.headings):
        raise SourceError(f"{place}.strip_zeros is for one text.", "Remove it.")
    # A word that is missing from the list must fail a check of its own, not pass as it stands.
    is_closed = bool(column.domain) or column.type in ("currency", "boolean")
    if heading.values and not is_closed:
        raise SourceError(f"{place}.values is for a closed vocabulary.", "Remove it.")
    wrong = sorted(set(heading.values.values()) - set(column.domain)) if column.domain else []
    if wrong:
        raise SourceError(
            f"{place}.values leads to '{wrong[0]}', which the contract does not know.",
            f"Use one of: {', '.join(column.domain)}.",
        )


def _check_repeats(place: str, entity: Entity, part: MappedEntity) -> None:
    if part.is_distinct and part.is_last_of_key:
        raise SourceError(
            f"{place} has both is_distinct and is_last_of_key.", f"Keep one for {entity.name}."
        )
