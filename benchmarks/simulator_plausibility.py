"""Does the simulated company look like real ledgers? Prints its figures beside theirs.

Usage: `python benchmarks/simulator_plausibility.py [--data FOLDER] [--customers N] [--seed S]`.
FOLDER holds `ibm_ar/` and `highradius/` as the project keeps them beside the repository; what is
absent is left out. Payment behaviour is compared, on invoices fully settled by cash.
"""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

import duckdb

from connectors.simulator import SimulatedCompany, SimulationSpec, simulate

QUANTILES = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.99)

# One row per settled invoice: customer, days late (signed), amount in one currency, settled date.
SIMULATED = """
with allocated as (
    select
        payment_allocations.invoice_id,
        max(payments.payment_date) as settled_date,
        sum(payment_allocations.amount) as paid_amount,
        min(payment_allocations.amount) as least_amount,
    from payment_allocations
    inner join payments using (payment_id)
    group by payment_allocations.invoice_id
)
select
    invoices.customer_id,
    allocated.settled_date - invoices.due_date as days_late,
    invoices.gross_amount / case invoices.currency
        when 'USD' then 1.09 when 'GBP' then 0.86 when 'CHF' then 0.96 else 1 end as amount,
    allocated.settled_date,
from invoices
inner join allocated using (invoice_id)
where allocated.paid_amount = invoices.gross_amount and allocated.least_amount > 0
"""
IBM = """
select
    customerID as customer_id,
    strptime(SettledDate, '%m/%d/%Y')::date - strptime(DueDate, '%m/%d/%Y')::date as days_late,
    InvoiceAmount::double as amount,
    strptime(SettledDate, '%m/%d/%Y')::date as settled_date,
from read_csv('{folder}/ibm_ar/WA_Fn-UseC_-Accounts-Receivable.csv', all_varchar = true)
"""
HIGHRADIUS = """
select
    cust_number as customer_id,
    days_late::integer as days_late,
    amount::double as amount,
    clear_date::date as settled_date,
from read_csv('{folder}/highradius/closed_invoices_train.csv', all_varchar = true)
"""

FIGURES = """
with settled as (from {source}),
by_customer as (
    select customer_id, sum(amount) as amount, count(*) as invoices, avg(days_late) as days_late,
    from settled group by customer_id
),
ranked as (
    select *, row_number() over (order by amount desc) as amount_rank,
        row_number() over (order by invoices desc) as count_rank, count(*) over () as customers,
    from by_customer
)
select
    (select count(*) from settled) as invoices,
    (select count(*) from by_customer) as customers,
    (select avg((days_late > 0)::int) from settled) as share_paid_late,
    (select avg((days_late > 30)::int) from settled) as share_over_30_days_late,
    (select avg((days_late = 0)::int) from settled) as share_on_the_due_date,
    (select sum(amount) filter (amount_rank <= greatest(customers // 10, 1)) / sum(amount)
        from ranked) as amount_share_of_top_tenth,
    (select sum(invoices) filter (count_rank <= greatest(customers // 10, 1)) / sum(invoices)
        from ranked) as invoice_share_of_top_tenth,
    (select var_pop(by_customer.days_late) from settled join by_customer using (customer_id))
        / (select var_pop(days_late) from settled) as variance_between_customers,
    (select stddev_pop(ln(amount)) from settled where amount > 0) as spread_of_log_amount,
    (select avg((dayofweek(settled_date) = 5)::int) from settled) as share_settled_on_friday,
    (select avg((settled_date > last_day(settled_date) - 3)::int) from settled)
        as share_settled_in_last_3_days,
"""


def measure(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, float]:
    """Figures of one ledger given as a query with the four columns above."""
    connection.execute(f"create or replace temp table ledger as {query}")
    row = connection.sql(FIGURES.format(source="ledger"))
    figures = dict(zip(row.columns, row.fetchone() or (), strict=True))
    late = connection.sql(
        f"select quantile_cont(days_late, {list(QUANTILES)}) from ledger"
    ).fetchone()
    return figures | {
        f"days_late_q{int(q * 100):02d}": value
        for q, value in zip(QUANTILES, (late or ([],))[0], strict=True)
    }


def simulated(connection: duckdb.DuckDBPyConnection, company: SimulatedCompany) -> dict[str, float]:
    """Figures of a simulated company, from the latest version of each record."""
    for name in ("invoices", "payments", "payment_allocations"):
        connection.register("rows", company.entities[name])
        key = {"invoices": "invoice_id", "payments": "payment_id"}.get(name, "allocation_id")
        connection.execute(
            f"create or replace temp table {name} as select * from rows "
            f"qualify row_number() over (partition by {key} order by recorded_at desc) = 1"
        )
    return measure(connection, SIMULATED)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--customers", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--end-date", type=date.fromisoformat, default=date(2026, 6, 30))
    given = parser.parse_args()
    spec = SimulationSpec(customers=given.customers, seed=given.seed, end_date=given.end_date)
    with duckdb.connect() as connection:
        ledgers = {"simulated": simulated(connection, simulate(spec))}
        for name, query in (("ibm", IBM), ("highradius", HIGHRADIUS)):
            folder = {"ibm": "ibm_ar"}.get(name, name)
            if (given.data / folder).is_dir():
                ledgers[name] = measure(connection, query.format(folder=given.data))
    print(f"{'':32}" + "".join(f"{name:>12}" for name in ledgers))
    for figure in ledgers["simulated"]:
        values = [figures[figure] for figures in ledgers.values()]
        is_count = figure in ("invoices", "customers")
        cells = (f"{value:12,.0f}" if is_count else f"{value:12.3f}" for value in values)
        print(f"{figure:32}" + "".join(cells))


if __name__ == "__main__":
    main()
