"""The examples of the README and of `examples/postgres` do what they say."""

import datetime as dt
import re
import tomllib
from pathlib import Path

from connectors.sql import SqlSource

ROOT = Path(__file__).parent.parent.parent.parent

# As much of Odoo 16 as the example reads.
ODOO = """
create table res_country (id int, code text);
create table res_currency (id int, name text);
create table res_partner (id int, name text, country_id int, lang text, email text,
    commercial_partner_id int, create_date timestamp, write_date timestamp);
create table account_move (id int, name text, move_type text, state text, date date, invoice_date date,
    invoice_date_due date, commercial_partner_id int, currency_id int, amount_total numeric,
    amount_untaxed numeric, amount_tax numeric, ref text, write_date timestamp);
create table account_payment (id int, move_id int, partner_id int, partner_type text, payment_type text,
    amount numeric, currency_id int);
create table account_move_line (id int, move_id int);
create table account_partial_reconcile (id int, debit_move_id int, credit_move_id int, max_date date,
    debit_amount_currency numeric);
insert into res_country values (1, 'FR');
insert into res_currency values (1, 'EUR');
insert into res_partner values
    (7, 'Durand SA', 1, 'fr_FR', 'compta@durand.fr', 7, '2024-05-01 09:00', '2026-01-01 09:00'),
    (8, 'Mme Petit', 1, 'fr_FR', 'petit@durand.fr', 7, '2024-05-01 09:00', '2026-01-01 09:00'),
    (9, 'A supplier', 1, 'fr_FR', null, 9, '2024-05-01 09:00', '2026-01-01 09:00');
insert into account_move values
    (1, 'INV/1', 'out_invoice', 'posted', '2026-01-10', '2026-01-10', '2026-02-09', 7, 1, 120, 100, 20, 'PO1', '2026-01-10 10:00'),
    (2, 'INV/2', 'out_invoice', 'cancel', '2026-01-11', '2026-01-11', '2026-02-10', 7, 1, 60, 50, 10, null, '2026-01-12 10:00'),
    (3, '/', 'out_invoice', 'draft', '2026-01-12', null, null, 7, 1, 12, 10, 2, null, '2026-01-12 10:00'),
    (4, 'RINV/1', 'out_refund', 'posted', '2026-01-15', '2026-01-15', '2026-01-15', 7, 1, 24, 20, 4, null, '2026-01-15 10:00'),
    (5, 'BILL/1', 'in_invoice', 'posted', '2026-01-15', '2026-01-15', '2026-02-15', 9, 1, 99, 99, 0, null, '2026-01-15 10:00'),
    (6, 'PBNK/1', 'entry', 'posted', '2026-02-01', null, null, 7, 1, 96, 96, 0, null, '2026-02-01 10:00'),
    (10, 'PBNK/2', 'entry', 'posted', '2026-02-05', null, null, 7, 1, 5, 5, 0, null, '2026-02-05 10:00');
insert into account_payment values
    (1, 6, 8, 'customer', 'inbound', 96, 1), (2, 10, 7, 'customer', 'outbound', 5, 1);
insert into account_move_line values (11, 1), (14, 4), (16, 6);
insert into account_partial_reconcile values (1, 11, 16, '2026-02-01', 96), (2, 11, 14, '2026-01-15', 24);
"""  # noqa: E501


def example() -> SqlSource:
    text = (ROOT / "examples" / "postgres" / "encours.toml").read_text(encoding="utf-8")
    return SqlSource.model_validate(tomllib.loads(text)["sources"]["sql"])


def test_example_configuration_reads_an_odoo_ledger(rig):
    rig.sql(ODOO.replace(":", r"\:"))
    rows = rig.load(**example().entities)

    assert {name: row.quarantined for name, row in rows.items() if row.quarantined} == {}
    # 120 + 60, the latter void from its last change on; no draft, no supplier's bill.
    assert rows["invoices"].amounts == {"EUR": "180.00"}
    assert rig.raw("select invoice_id, void_date from raw_sql.invoices order by 1") == [
        ("1", None),
        ("2", dt.date(2026, 1, 12)),
    ]
    assert rows["credit_notes"].amounts == {"EUR": "24.00"}
    # Received from a contact person, owed by her company.
    assert rig.raw(
        "select payment_id, customer_id, kind, amount::varchar from raw_sql.payments order by 1"
    ) == [("1", "7", "receipt", "96.00"), ("2", "7", "refund", "-5.00")]
    # 120 = 96 paid + 24 credited.
    assert rows["payment_allocations"].amounts == {"-": "96.00"}
    assert rows["credit_note_allocations"].amounts == {"-": "24.00"}
    found = (
        "select customer_id, customer_name, country, language, email_domain from raw_sql.customers"
    )
    assert rig.raw(found) == [("7", "Durand SA", "FR", "fr", "durand.fr")]


def test_reconciliation_undone_in_odoo_is_undone_here(rig):
    rig.sql(ODOO.replace(":", r"\:"))
    rig.load(**example().entities)
    rig.sql("delete from account_partial_reconcile where id = 1")
    rows = rig.load(day=1, **example().entities)
    assert rows["payment_allocations"].deleted == 1
    assert {name: row.loaded for name, row in rows.items() if row.loaded} == {}


def test_settings_in_the_readme_are_valid():
    readme = (ROOT / "connectors" / "sql" / "README.md").read_text(encoding="utf-8")
    [block] = re.findall(r"```toml\n(.*?)```", readme, re.DOTALL)
    source = SqlSource.model_validate(tomllib.loads(block)["sources"]["sql"])
    assert set(source.entities) == {"invoices", "payments"}
    # The defaults it names are the defaults there are.
    plain = source.entities["payments"]
    named = source.entities["invoices"]
    assert (plain.overlap, plain.sweep_days, plain.is_complete, plain.max_deleted_share) == (
        named.overlap,
        named.sweep_days,
        named.is_complete,
        named.max_deleted_share,
    )
