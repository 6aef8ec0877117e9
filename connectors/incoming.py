"""The rows of one load, typed and judged: which are bad, which repeat each other, which raw holds.

Belongs here: the temporary table `_incoming` and every question about it. Does not belong here: the
transaction, raw, quarantine and manifest (`landing`), the rules themselves (`validation`).

Rows are compared by their typed values, never by a digest: two contents are the same or they are not,
in every version of the program. Digests of keys only narrow down which rows are worth comparing.
"""

from __future__ import annotations

import duckdb

from connectors.contract import Entity
from connectors.validation import (
    TextForm,
    identifier,
    is_bad_expression,
    parsed_expression,
    quoted,
    reason_expression,
)

INCOMING = "_incoming"
# Rows of `_incoming` by rowid that are not appended though nothing is wrong with their values.
SET_ASIDE = "_set_aside"
FAULTY = "_faulty"
_NO_TIME = "timestamp '0001-01-01'"


class Incoming:
    """One load's rows of one entity in temporary tables of its connection.

    Attributes:
        connection: The warehouse.
        entity: Whose rows they are.
        relation: Table or view they came in: text columns, or typed ones where the source has types.
        form: How the source writes text.
        rows: How many there are.
        bad: How many of them have a bad value.
        conflicting: How many contradict another row of the same load.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, entity: Entity, relation: str, form: TextForm
    ) -> None:
        self.connection = connection
        self.entity = entity
        self.relation = relation
        self.form = form
        described = connection.execute(f"describe select * from {relation}").fetchall()
        self._kinds = {row[0]: row[1] for row in described}
        self._parse()
        self.rows, self.bad = connection.execute(
            f"select count(*), count(*) filter (where _is_bad) from {INCOMING}"
        ).fetchall()[0]
        self.conflicting = 0
        connection.execute(
            f"create or replace temp table {SET_ASIDE} (id bigint, is_conflict boolean)"
        )
        if self._has_repeated_keys():
            self._set_repeats_aside()

    @property
    def key_hash(self) -> str:
        """SQL of a digest of the key in `_incoming`."""
        return f"hash({', '.join(_parsed(name) for name in self.entity.key)})"

    @property
    def written_form(self) -> TextForm:
        """How the texts in quarantine are written; typed columns print in the plain form."""
        typed = (
            column.type
            for column in self.entity.columns
            if column.type not in ("text", "currency") and self._kinds[column.name] != "VARCHAR"
        )
        return TextForm() if any(typed) else self.form

    def fresh(self) -> str:
        """SQL of the rows that may be appended, `id` their rowid."""
        [(aside,)] = self.connection.execute(f"select count(*) from {SET_ASIDE}").fetchall()
        rows = f"select *, rowid as id from {INCOMING} where not _is_bad"
        return (
            f"(select * from ({rows}) anti join {SET_ASIDE} using (id))" if aside else f"({rows})"
        )

    def set_held_aside(self, table: str) -> None:
        """Set aside rows whose content raw holds: as a living record's latest version, or as one the
        source dated itself.

        Args:
            table: The raw table.
        """
        keys = ", ".join(identifier(name) for name in self.entity.key)
        same = " and ".join(
            f"fresh.{_parsed(name)} {'=' if name in self.entity.key else 'is not distinct from'}"
            f" held.{identifier(name)}"
            for name in self.entity.column_names
        )
        # Few records have several versions: only theirs are put in order.
        self.connection.execute(
            f"create or replace temp table _versioned as select hash({keys}) as key_hash from {table}"
            " group by key_hash having count(*) > 1"
        )
        self.connection.execute(
            f"insert into {SET_ASIDE} select fresh.id, false from {self.fresh()} as fresh"
            f" semi join (select * from {table} as held anti join _versioned on hash({keys}) = key_hash"
            f" union all by name {_standing(table, keys)}) as held on {same}"
        )
        self.connection.execute("drop table _versioned")

    def quarantined(self) -> str:
        """SQL of what is wrong: _line, column_name, raw_value, reason, raw_row; a row may have several."""
        errors = ", ".join(
            f"struct_pack(column_name := {quoted(c.name)}, raw_value := {identifier(c.name)},"
            f" reason := {reason_expression(c, self.entity, self._form_of(c.name))})"
            for c in self.entity.typed_columns
        )
        key = quoted(self.entity.key[0])
        texts = ", ".join(f"{identifier(n)} := {identifier(n)}" for n in self.entity.column_names)
        return (
            "select _line, unnest(case when _is_bad then"
            f" list_filter([{errors}], lambda error: error.reason is not null) else"
            # One id with two contents and nothing to say which came later: neither is believed.
            f" [struct_pack(column_name := {key}, raw_value := {identifier(self.entity.key[0])},"
            f" reason := 'duplicate_id')] end, recursive := true), to_json(struct_pack({texts})) as raw_row"
            f" from {FAULTY}"
        )

    def gather_faulty(self) -> None:
        """Table `_faulty`: the texts of rows that go to quarantine, read from the relation again."""
        self.connection.execute(
            f"create or replace temp table _faulty_lines as select _line from {INCOMING}"
            f" where _is_bad or rowid in (select id from {SET_ASIDE} where is_conflict)"
        )
        keys = ", ".join(_parsed(name) for name in self.entity.key)
        at = f"coalesce({_parsed('recorded_at')}, {_NO_TIME})"
        self.connection.execute(
            f"create or replace temp table {FAULTY} as with judged as (select *,"
            f" coalesce({self._is_bad()}, false) as _is_bad from ({self._parsed_rows()})"
            " semi join _faulty_lines using (_line))"
            f" select * from judged where _is_bad or ({keys}, {at}) in (select ({keys}, {at})"
            f" from {INCOMING} where rowid in (select id from {SET_ASIDE} where is_conflict))"
        )
        self.connection.execute("drop table _faulty_lines")

    def drop(self) -> None:
        """Drop the temporary tables."""
        for table in (INCOMING, SET_ASIDE, FAULTY, "_versioned", "_twins", "_faulty_lines"):
            self.connection.execute(f"drop table if exists {table}")

    def _form_of(self, column: str) -> TextForm:
        return self.form if self._kinds[column] == "VARCHAR" else TextForm()

    def _is_bad(self) -> str:
        return " or ".join(
            is_bad_expression(c, self.entity, self._form_of(c.name))
            for c in self.entity.typed_columns
        )

    def _parsed_rows(self) -> str:
        """SQL of the relation with every column as text and, beside it, as its type."""
        columns = []
        for column in self.entity.typed_columns:
            kind = self._kinds[column.name]
            name = identifier(column.name)
            text = name if kind == "VARCHAR" else f"cast({name} as varchar) as {name}"
            columns += [
                text,
                f"{parsed_expression(column, self.form, kind)} as {_parsed(column.name)}",
            ]
        # Named in a relation of their own: an alias must not hide the column it is made of.
        given = ", ".join(identifier(c.name) for c in self.entity.typed_columns)
        return (
            f"select {', '.join(columns)}, _line, _extra"
            f" from (select {given}, _line, _extra from {self.relation}) as given"
        )

    def _parse(self) -> None:
        parsed = ", ".join(_parsed(name) for name in self.entity.column_names)
        self.connection.execute(
            f"create or replace temp table {INCOMING} as select {parsed}, _line, _extra,"
            f" coalesce({self._is_bad()}, false) as _is_bad from ({self._parsed_rows()})"
        )

    def _has_repeated_keys(self) -> bool:
        return (
            self.connection.execute(
                f"select {self.key_hash} as key_hash from {INCOMING} where not _is_bad"
                " group by key_hash having count(*) > 1 limit 1"
            ).fetchone()
            is not None
        )

    def _set_repeats_aside(self) -> None:
        """Rows that contradict each other, and all but the first of those that are the same."""
        keys = ", ".join(_parsed(name) for name in self.entity.key)
        content = ", ".join(_parsed(name) for name in self.entity.column_names)
        self.connection.execute(
            f"create or replace temp table _twins as select rowid as id, _line, {content},"
            f" coalesce({_parsed('recorded_at')}, {_NO_TIME}) as known_at from {INCOMING} where not _is_bad"
            f" and {self.key_hash} in (select {self.key_hash} from {INCOMING} where not _is_bad"
            f"  group by all having count(*) > 1)"
        )
        self.connection.execute(
            f"insert into {SET_ASIDE} with numbered as (select id,"
            f" dense_rank() over (partition by {keys}, known_at order by {content}) as content_number,"
            f" row_number() over (partition by {content} order by _line, id) as copy_number, {keys}, known_at"
            " from _twins), judged as (select id, copy_number,"
            f" max(content_number) over (partition by {keys}, known_at) > 1 as is_conflict from numbered)"
            " select id, is_conflict from judged where is_conflict or copy_number > 1"
        )
        self.connection.execute("drop table _twins")
        [(self.conflicting,)] = self.connection.execute(
            f"select count(*) from {SET_ASIDE} where is_conflict"
        ).fetchall()


def _parsed(name: str) -> str:
    return identifier(f"_parsed_{name}")


def _standing(table: str, keys: str) -> str:
    """SQL of the versions that still stand of records that have several."""
    return (
        f"select * exclude (age, buried_in) from (select held.*, row_number() over (partition by {keys}"
        "  order by _load_id desc, _line desc) as age, max(case when _is_deleted then _load_id end)"
        f"  over (partition by {keys}) as buried_in from {table} as held"
        f"  semi join _versioned on hash({keys}) = key_hash)"
        # What came before a tombstone no longer stands: the record may come back as it was.
        " where _load_id > coalesce(buried_in, 0) and (recorded_at is not null or age = 1)"
    )
