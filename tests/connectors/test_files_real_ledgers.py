"""Ledgers nobody here wrote, through their example mappings: totals to the cent, by another way."""

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb
import pytest

from connectors.files import FilesSource
from connectors.files.proposal import propose
from tests.connectors.file_drops import load

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
IBM = DATA / "ibm_ar" / "WA_Fn-UseC_-Accounts-Receivable.csv"
HIGHRADIUS = DATA / "highradius"

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not DATA.exists(), reason=f"{DATA} is absent"),
]


def mapping(name: str) -> Path:
    return ROOT / "examples" / name / "mapping.toml"


def cents(path: Path, heading: str) -> tuple[int, str]:
    """Rows and exact sum of a column, each amount rounded by `Decimal`."""
    rows = duckdb.execute(
        f'select "{heading}" from read_csv(?, all_varchar = true)', [str(path)]
    ).fetchall()
    amounts = [Decimal(text).quantize(Decimal("0.01"), ROUND_HALF_UP) for (text,) in rows]
    return len(amounts), str(sum(amounts))


def test_the_ibm_ledger_lands_whole(warehouse):
    rows = load(warehouse, FilesSource(path=IBM, mapping=mapping("ibm_ar")))
    count, total = cents(IBM, "InvoiceAmount")
    for entity in ("invoices", "payments", "payment_allocations"):
        assert (rows[entity].loaded, rows[entity].quarantined) == (count, 0)
    assert rows["invoices"].amounts == rows["payments"].amounts == {"USD": total}


def test_the_closed_and_open_invoices_of_highradius_land_together(warehouse):
    load(warehouse, FilesSource(path=HIGHRADIUS, mapping=mapping("highradius")))
    closed = cents(HIGHRADIUS / "closed_invoices_train.csv", "amount")
    still_open = cents(HIGHRADIUS / "open_invoices.csv", "converted_usd")
    landed = warehouse.execute(
        "select _file, count(*), sum(gross_amount)::varchar from raw_files.invoices group by 1 order by 1"
    ).fetchall()
    assert landed == [
        ("closed_invoices_train.csv", *closed),
        ("open_invoices.csv", *still_open),
    ]
    assert warehouse.execute(
        "select count(*), sum(amount)::varchar from raw_files.payments"
    ).fetchone() == (closed[0], closed[1])
    assert warehouse.execute("select count(*) from raw_files._quarantine").fetchone() == (0,)
    # 494 customers are in both files, once the zeros of one are taken off.
    both = "select customer_id from raw_files.invoices group by 1 having count(distinct _file) = 2"
    assert warehouse.execute(f"select count(*) from ({both})").fetchone() == (494,)


@pytest.mark.parametrize(("path", "name"), [(IBM, "ibm_ar"), (HIGHRADIUS, "highradius")])
def test_what_check_proposes_lands_as_what_was_written_by_hand(warehouse, tmp_path, path, name):
    proposed = tmp_path / "mapping.toml"
    proposal = propose(FilesSource(path=path), "USD")
    assert proposal.choices == ()
    proposed.write_text(proposal.text, encoding="utf-8")
    question = "select count(*), sum(gross_amount), min(invoice_date), max(due_date) from raw_files.invoices"
    load(warehouse, FilesSource(path=path, mapping=proposed))
    by_proposal = warehouse.execute(question).fetchone()
    with duckdb.connect(":memory:") as other:
        load(other, FilesSource(path=path, mapping=mapping(name)))
        assert other.execute(question).fetchone() == by_proposal
