"""Control totals of a load, asked inside its transaction: what arrived is what raw holds now.

Belongs here: the proof that no good row was lost or changed on its way into raw, by currency and day.
Does not belong here: what is good (`incoming`), the equality of raw, staging and ledger (dbt tests).
"""

from __future__ import annotations

import duckdb

from connectors.contract import Entity
from connectors.errors import SourceError
from connectors.incoming import INCOMING, SET_ASIDE
from connectors.validation import identifier


def prove_landed(
    connection: duckdb.DuckDBPyConnection, table: str, entity: Entity, load_id: int, file: str
) -> None:
    """Make sure that every good row of `_incoming` stands in raw with its key, money and day.

    Args:
        connection: The warehouse, in the transaction of the load.
        table: The raw table, schema included.
        entity: Whose rows they are.
        load_id: Number of the load.
        file: File name for the message.

    Raises:
        SourceError: Rows are missing or changed; the transaction must be rolled back.
    """
    good = (
        f"(select * from {INCOMING} where not _is_bad and rowid not in"
        f" (select id from {SET_ASIDE} where is_conflict))"
    )
    arrived = _totals(entity, good, "_parsed_")
    landed = _totals(
        entity, f"(select * from {table} where _load_id = {load_id} and not _is_deleted)"
    )
    if not connection.execute(
        f"(from {arrived} except from {landed}) union all"
        f" (from {landed} except from {arrived}) limit 1"
    ).fetchone():
        return
    # Fewer rows were appended than arrived: the others must have been there.
    compared = [*entity.key, *_money(entity)]
    same = " and ".join(
        f"held.{identifier(name)} is not distinct from good.{identifier('_parsed_' + name)}"
        for name in compared
    )
    lost = connection.execute(
        f"select count(*) from {good} as good anti join {table} as held on {same}"
    ).fetchall()[0][0]
    if lost:
        raise SourceError(
            f"{lost} rows of {file} did not reach {table} as they arrived; nothing of it was loaded.",
            "This is a fault of the program: keep the file and report it.",
        )


def _money(entity: Entity) -> list[str]:
    """Columns that control totals are kept by: amount, currency, day; those the entity has."""
    names = {column.name for column in entity.columns}
    wanted = [entity.amount, "currency", entity.effective_date]
    return [name for name in wanted if name in names]


def _totals(entity: Entity, rows: str, prefix: str = "") -> str:
    """SQL of row count and sum by currency and day."""
    groups = [name for name in _money(entity) if name != entity.amount]
    columns = [identifier(prefix + name) for name in groups]
    amount = f"sum({identifier(prefix + entity.amount)})" if entity.amount else "null"
    figures = ", ".join(
        [*columns, "count(*) as row_count", f"cast({amount} as decimal(38, 2)) as amount"]
    )
    grouped = f" group by {', '.join(columns)}" if columns else ""
    return f"(select {figures} from {rows}{grouped})"
