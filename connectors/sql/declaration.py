"""What the configuration declares of a database: which table or query is which entity.

Belongs here: the validated form of `[sources.sql]`. Does not belong here: whether a table or column
exists (`database`), whether a query only reads (`statements`), checking values
(`connectors.validation`).
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from connectors.contract import ENTITIES
from connectors.tombstones import MAX_DELETED_SHARE


class _Strict(BaseModel):
    # Inputs stay out of error messages: somebody may paste a URL with its password.
    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, hide_input_in_errors=True
    )


class SqlColumn(_Strict):
    """Where a contract column comes from.

    Attributes:
        column: A column of the table or query.
        value: One value for all rows, instead of a column.
        prefix: Put before the column's value.
        values: The source's words to the contract's; a word that is not listed stays as it is, and
            is then held to the contract.
    """

    column: str | None = None
    value: str | None = None
    prefix: str = ""
    values: dict[str, str] = {}

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, data: object) -> object:
        return {"column": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _one_of_both(self) -> SqlColumn:
        if (self.column is None) == (self.value is None):
            raise ValueError("give either 'column' or 'value'")
        if self.value is not None and (self.prefix or self.values):
            raise ValueError("'prefix' and 'values' go with 'column', not with 'value'")
        return self


class SqlEntity(_Strict):
    """How one entity is taken out of the database.

    Attributes:
        table: Table or view, as the database spells it.
        schema_name: Its schema, `schema` in the configuration; absent, the database's default.
        query: One SELECT instead of a table.
        columns: Contract column to source column.
        cursor: Column that grows with every insert and update: a date, a time or a number.
        overlap: How far before the last cursor a load starts, for rows committed late: days where
            the cursor is a date or a time, units where it is a number.
        is_complete: Read everything at every load; a record that is gone is deleted.
        sweep_days: Days after which everything is read again to find what the cursor does not
            show: deletions, late rows, edits that left the cursor alone; 0 for never.
        max_deleted_share: Share of the known records that may be gone at once; more is a mistake.
    """

    table: str | None = Field(default=None, min_length=1)
    schema_name: str | None = Field(default=None, alias="schema", min_length=1)
    query: str | None = Field(default=None, min_length=1)
    columns: dict[str, SqlColumn]
    cursor: str | None = Field(default=None, min_length=1)
    overlap: Annotated[Decimal, Field(ge=0, le=1_000_000_000)] = Decimal(1)
    is_complete: bool = False
    sweep_days: Annotated[int, Field(ge=0, le=366)] = 7
    max_deleted_share: Annotated[Decimal, Field(ge=0, le=1)] = Decimal(str(MAX_DELETED_SHARE))

    @model_validator(mode="after")
    def _check_source(self) -> SqlEntity:
        if (self.table is None) == (self.query is None):
            raise ValueError("give either 'table' or 'query'")
        if self.schema_name and not self.table:
            raise ValueError("'schema' goes with 'table'; a query names its schemas itself")
        if self.is_complete and self.cursor:
            raise ValueError("'is_complete' reads everything at every load: leave out 'cursor'")
        return self

    @property
    def place(self) -> str:
        """What messages and the manifest call it."""
        if self.table is None:
            return "query"
        return f"{self.schema_name}.{self.table}" if self.schema_name else self.table

    @property
    def selection(self) -> str:
        """Everything that decides which rows arrive and as what."""
        return self.model_dump_json(include={"table", "schema_name", "query", "columns", "cursor"})

    @property
    def has_sweeps(self) -> bool:
        """Whether records that are gone from the source are ever looked for."""
        return self.is_complete or self.sweep_days > 0


class SqlSource(_Strict):
    """The `[sources.sql]` table of the configuration.

    Attributes:
        url_env: Name of the environment variable with the SQLAlchemy URL.
        timezone: Zone in which the source writes times without an offset, and in which a time
            with an offset becomes a date.
        entities: Entity of the contract to its table or query.
    """

    url_env: str = "ENCOURS_SQL_URL"
    timezone: str = "UTC"
    entities: dict[str, SqlEntity]

    @field_validator("url_env")
    @classmethod
    def _check_name(cls, name: str) -> str:
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            raise ValueError("give the name of an environment variable, not the URL itself")
        return name

    @field_validator("timezone")
    @classmethod
    def _check_timezone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"'{name}' is not a time zone such as Europe/Paris") from None
        return name

    @field_validator("entities")
    @classmethod
    def _check_entities(cls, entities: dict[str, SqlEntity]) -> dict[str, SqlEntity]:
        if not entities:
            raise ValueError(
                "map at least one entity, for instance [sources.sql.entities.invoices]"
            )
        for name, mapped in entities.items():
            _check_entity(name, mapped)
        return entities


def _check_entity(name: str, mapped: SqlEntity) -> None:
    if name not in ENTITIES:
        raise ValueError(f"'{name}' is not an entity; use one of: {', '.join(ENTITIES)}")
    entity = ENTITIES[name]
    if unknown := sorted(set(mapped.columns) - set(entity.column_names)):
        raise ValueError(
            f"{name}.columns has '{unknown[0]}', which the contract does not know;"
            f" use one of: {', '.join(entity.column_names)}"
        )
    needed = [c.name for c in entity.columns if c.is_required]
    if missing := [column for column in needed if column not in mapped.columns]:
        raise ValueError(
            f"{name}.columns has no '{missing[0]}', which is required;"
            f' add {missing[0]} = "<source column>" or {{ value = "…" }}'
        )
    if all(mapped.columns[column].column is None for column in entity.key):
        raise ValueError(
            f"{name}.columns gives every row one key; name the source column of its key"
        )
