"""One ledger through two connectors: a database and a folder of files end as the same rows."""

import datetime as dt

import pytest

from connectors.contract import ENTITIES
from connectors.files import FilesSource, build_source
from connectors.simulator import SimulationSpec, simulate, write_company

# The contract's types as an ERP would declare them.
KINDS = {
    "text": "text",
    "currency": "char(3)",
    "date": "date",
    "timestamp": "timestamptz",
    "amount": "numeric(18, 2)",
    "rate": "numeric(24, 12)",
    "integer": "smallint",
    "boolean": "boolean",
}
FACTS = "entity, rows_in, loaded, exact_duplicates, quarantined, deleted, amounts"


@pytest.fixture
def company(tmp_path):
    folder = tmp_path / "company"
    # Clean: what a date column of a server refuses, only a file can hold.
    spec = SimulationSpec(customers=60, months=12, end_date=dt.date(2026, 6, 30), dirty=False)
    write_company(simulate(spec), folder)
    return folder


def test_simulated_company_in_a_database_ends_as_the_same_company_in_files(rig, company):
    mapped = {}
    for entity in ENTITIES.values():
        columns = ", ".join(f'"{c.name}" {KINDS[c.type]}' for c in entity.typed_columns)
        rig.sql(f"create table {entity.name} ({columns})")
        file = company / f"{entity.name}.csv"
        if file.exists():
            raw = rig.engine.raw_connection()
            with raw.cursor() as cursor, file.open(encoding="utf-8") as stream:
                headings = stream.readline()
                cursor.copy_expert(f"copy {entity.name} ({headings}) from stdin with csv", stream)
            raw.commit()
            raw.close()
        mapped[entity.name] = {
            "table": entity.name,
            "columns": {name: name for name in entity.column_names},
            "cursor": "recorded_at",
        }
    rig.load(**mapped)
    files = build_source(FilesSource(path=company))
    files.prepare(rig.warehouse)
    files.load(rig.warehouse, rig.first_load, lambda _: None)

    for name in ENTITIES:
        content = ", ".join(ENTITIES[name].column_names)
        rows = f"select count(*), bit_xor(hash({content})) from raw_{{}}.{name}"
        assert rig.raw(rows.format("sql")) == rig.raw(rows.format("files")), name
    facts = f"select {FACTS} from raw_{{}}._manifest where rows_in > 0 order by 1"
    assert rig.raw(facts.format("sql")) == rig.raw(facts.format("files"))
    assert len(rig.raw(facts.format("sql"))) > 10
