"""Rows set aside: seen, exported, corrected, back in, and not asked for twice."""

import csv
import datetime as dt

import duckdb
import pytest
from typer.testing import CliRunner

from connectors.errors import SourceError
from connectors.files import FileForm, FilesSource, load_files
from orchestration.checks.tables import quarantined_shares
from orchestration.cli.main import app
from orchestration.config import load_company
from orchestration.quarantine import apply, export, summary
from orchestration.templates import configuration_text
from orchestration.warehouse import prepare_schemas

HEADER = "invoice_id;customer_id;invoice_date;currency;gross_amount\n"
FORM = FileForm(separator=";", decimal=",", thousands=" ", date_format="%d/%m/%Y")
GOOD = "".join(f"{n};A;05/01/2026;EUR;1 000,50\n" for n in range(8))
BAD = "X;=A;31/02/2026;EUR;12,00\nY;B;01/02/2026;EUR;twelve\n"


@pytest.fixture
def company(tmp_path):
    (tmp_path / "encours.toml").write_text(
        configuration_text("Test", "source", dt.date(2026, 1, 1), dt.date(2026, 2, 28))
    )
    (tmp_path / "source").mkdir()
    return load_company(tmp_path / "encours.toml")


@pytest.fixture
def warehouse(company):
    with duckdb.connect(str(company.warehouse)) as connection:
        prepare_schemas(connection)
        load(company, connection, GOOD + BAD, 1)
        yield connection


def load(company, connection, rows, day):
    folder = company.home / "source"
    (folder / "invoices.csv").write_text(HEADER + rows)
    load_files(connection, FilesSource(path=folder, form=FORM), dt.datetime(2026, 3, day))


def decide(path, decisions, **changes):
    """Write decisions by invoice, and what a person corrected."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter=";"))
    for row in rows:
        row["decision"] = decisions.get(row["invoice_id"], "")
        row |= changes.get(row["invoice_id"], {})
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys(), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    return rows


NOW = dt.datetime(2026, 3, 15)


def test_summary_names_file_column_and_reason(warehouse):
    found = summary(warehouse, ("files",))
    assert [(r.file, r.column, r.reason, r.rows, r.first_line) for r in found] == [
        ("invoices.csv", "gross_amount", "unreadable_amount", 1, 11),
        ("invoices.csv", "invoice_date", "unreadable_date", 1, 10),
    ]


def test_exported_row_stands_as_it_arrived_and_is_no_formula(warehouse, tmp_path):
    [path] = export(warehouse, ("files",), tmp_path / "aside")
    rows = decide(path, {})
    assert path.name == "invoices.csv"
    assert [row["invoice_id"] for row in rows] == ["X", "Y"]
    assert rows[0]["customer_id"] == "'=A"
    assert rows[0]["gross_amount"] == "12,00"
    assert rows[0]["reason"] == "invoice_date: unreadable date"


def test_corrected_rows_load_in_the_form_of_their_source(company, warehouse, tmp_path):
    [path] = export(warehouse, ("files",), tmp_path / "aside")
    decide(
        path,
        {"X": "correct", "Y": "ignore"},
        X={"invoice_date": "28/02/2026", "gross_amount": "1 012,00"},
    )
    [row], ignored, faults = apply(warehouse, ("files",), path, NOW)

    assert (row.rows_in, row.loaded, row.quarantined, ignored, faults) == (1, 1, 0, 1, [])
    assert row.amounts == {"EUR": "1012.00"}
    assert warehouse.execute(
        "select customer_id, invoice_date, cast(gross_amount as varchar), _file from raw_files.invoices"
        " where invoice_id = 'X'"
    ).fetchall() == [("=A", dt.date(2026, 2, 28), "1012.00", "correction invoices.csv")]
    assert summary(warehouse, ("files",)) == []


def test_the_same_mistake_exported_again_is_not_asked_for_again(company, warehouse, tmp_path):
    [path] = export(warehouse, ("files",), tmp_path / "aside")
    decide(path, {"X": "correct", "Y": "ignore"}, X={"invoice_date": "28/02/2026"})
    apply(warehouse, ("files",), path, NOW)
    load(company, warehouse, GOOD + BAD + "Z;B;01/02/2026;EUR;5,00\n", 20)

    assert summary(warehouse, ("files",)) == []
    warehouse.close()
    assert quarantined_shares(company, [("files", "invoices")]) == {("files", "invoices"): (0, 11)}


def test_share_counts_what_nobody_has_dealt_with(company, warehouse, tmp_path):
    [path] = export(warehouse, ("files",), tmp_path / "aside")
    decide(path, {"Y": "ignore"})
    apply(warehouse, ("files",), path, NOW)
    warehouse.close()
    assert quarantined_shares(company, [("files", "invoices")]) == {("files", "invoices"): (1, 10)}


def test_a_row_still_wrong_goes_back_with_what_is_wrong_now(warehouse, tmp_path):
    [path] = export(warehouse, ("files",), tmp_path / "aside")
    decide(path, {"X": "correct"}, X={"invoice_date": "28/02/2026", "currency": "EURO"})
    [row], _, faults = apply(warehouse, ("files",), path, NOW)
    assert (row.loaded, row.quarantined) == (0, 1)
    assert faults == ["line 2: currency unknown currency"]
    # It is still listed, with its row as it arrived, and can be corrected again.
    assert [found.column for found in summary(warehouse, ("files",))] == [
        "gross_amount",
        "invoice_date",
    ]
    [path] = export(warehouse, ("files",), tmp_path / "aside")
    decide(path, {"X": "correct"}, X={"invoice_date": "28/02/2026"})
    [row], _, faults = apply(warehouse, ("files",), path, NOW + dt.timedelta(1))
    assert (row.loaded, faults) == (1, [])


def test_what_was_wrong_in_a_window_is_not_forgotten_with_the_next(company, warehouse):
    """The next window of a database does not hold the row again; the next whole load does."""
    warehouse.execute("update raw_files._manifest set window_from = '2026-01-01'")
    load(company, warehouse, GOOD + "Z;B;01/02/2026;EUR;5,00\n", 2)
    warehouse.execute("update raw_files._manifest set window_from = '2026-02-01' where load_id = 2")
    assert len(summary(warehouse, ("files",))) == 2
    load(company, warehouse, GOOD, 3)
    assert summary(warehouse, ("files",)) == []


def test_a_corrected_row_outlives_a_complete_export_that_still_holds_it_wrong(
    company, warehouse, tmp_path
):
    [path] = export(warehouse, ("files",), tmp_path / "aside")
    decide(path, {"X": "correct"}, X={"invoice_id": "X-2", "invoice_date": "28/02/2026"})
    apply(warehouse, ("files",), path, NOW)
    source = FilesSource(path=company.home / "source", form=FORM)
    monthly = (company.home / "source" / "invoices.csv").read_text() + "\n"
    (company.home / "source" / "invoices.csv").write_text(monthly)
    complete = source.model_copy(update={"form": FORM.model_copy(update={"is_complete": True})})
    [row] = load_files(warehouse, complete, dt.datetime(2026, 3, 20))
    assert row.deleted == 0
    assert warehouse.execute(
        "select bool_or(_is_deleted) from raw_files.invoices where invoice_id = 'X-2'"
    ).fetchall() == [(False,)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"X": {"decision": "perhaps"}}, "line 2: decision 'perhaps'"),
        ({"X": {"decision": "correct", "row_id": "0"}}, "line 2: its row_id is not in quarantine"),
        ({"X": {"decision": "correct", "source": "nowhere"}}, "of source 'nowhere'"),
    ],
)
def test_a_file_that_export_did_not_write_changes_nothing(warehouse, tmp_path, change, message):
    [path] = export(warehouse, ("files",), tmp_path / "aside")
    decide(path, {}, **change)
    before = warehouse.execute("select count(*) from raw_files._manifest").fetchall()
    with pytest.raises(SourceError, match=message):
        apply(warehouse, ("files",), path, NOW)
    assert warehouse.execute("select count(*) from raw_files._manifest").fetchall() == before
    assert warehouse.execute("select count(*) from audit.corrections").fetchall() == [(0,)]


def test_desk_shows_exports_and_applies(company, warehouse, tmp_path):
    warehouse.close()
    config = str(company.config_path)

    def desk(*arguments):
        return CliRunner().invoke(app, ["desk", "quarantine", "--config", config, *arguments])

    assert "files invoices.csv: invoices, gross_amount unreadable amount, line 11" in desk().stdout
    assert desk("--export", str(tmp_path / "aside")).exit_code == 0
    path = tmp_path / "aside" / "invoices.csv"
    refused = desk("--apply", str(path))
    assert refused.exit_code == 1
    assert "No row has a decision" in refused.stderr
    decide(path, {"X": "correct", "Y": "ignore"}, X={"invoice_date": "28/02/2026"})
    applied = desk("--apply", str(path))
    assert applied.exit_code == 0, applied.stderr
    assert "1 corrected rows loaded" in applied.stdout
    assert "nothing is set aside" in desk().stdout
