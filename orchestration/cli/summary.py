"""What the terminal says at the end of a day: figures, where to look, where the time went.

Belongs here: a plain summary for a person. Does not belong here: computing figures (the marts hold
them, `dashboard.cockpit_facts` reads them).
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from dashboard import CockpitFacts, cockpit_facts
from dashboard.views.landing.facts import LandingPoint, WholeMonth
from orchestration.config import Company
from orchestration.data_warnings import data_warnings
from orchestration.emitting import COCKPIT
from orchestration.late_payment_checks import late_payment_warnings
from orchestration.publishing import Publication
from orchestration.stages import StageTimes
from orchestration.warehouse import reading, rows_of

SHOWN_ACCOUNTS = 5


def print_times(times: StageTimes, total_seconds: float, console: Console) -> None:
    """Seconds by stage; what no stage took is starting up and keeping Dagster's history."""
    parts = [f"{name.lower()} {seconds:.1f}" for name, seconds in times.seconds.items()]
    parts.append(f"start and history {max(total_seconds - sum(times.seconds.values()), 0):.1f}")
    console.print(
        f"[dim]seconds: {', '.join(parts)}; in all {total_seconds:.1f}[/]", highlight=False
    )


def print_summary(company: Company, publication: Publication, console: Console) -> None:
    """The figures of a published day, the first accounts of its list, and where everything is."""
    with reading(publication.database) as connection:
        facts = cockpit_facts(connection, publication.as_of_date)
        totals = rows_of(
            connection,
            f"from marts.fct_collections_days where as_of_date = date '{publication.as_of_date}'",
        )[0]
        accounts = rows_of(
            connection,
            "select rank, customer_name, past_due_amount_reporting, oldest_days_past_due,"
            " channel"
            f" from marts.fct_at_risk_accounts where as_of_date = date '{publication.as_of_date}'"
            f" and decision = 'send' order by rank limit {SHOWN_ACCOUNTS}",
        )
        warnings = data_warnings(connection)
        warnings += late_payment_warnings(connection, publication.as_of_date)
    console.print()
    console.print(_figures(company, facts, totals))
    if accounts:
        console.print(_first_accounts(accounts, facts.reporting_currency))
    for line in warnings:
        console.print(f"[yellow]![/] {escape(line)}", highlight=False)
    _print_paths(company, publication, console)


def money(amount: Decimal | None, currency: str) -> str:
    """An amount without cents for the eye; the lists hold the cents. Nothing shows as a dash."""
    return "–" if amount is None else f"{amount:,.0f} {currency}"


def _days(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} days"


def _figures(company: Company, facts: CockpitFacts, totals: dict[str, object]) -> Panel:
    today, speed, currency = facts.owed.today, facts.speed.today, facts.reporting_currency
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim")
    table.add_column(justify="right")
    table.add_column(style="dim")

    open_amount = today.open_invoices_amount_reporting
    past_due = today.past_due_amount_reporting
    share = f"{past_due / open_amount:.0%} of it" if open_amount else ""
    table.add_row(
        "Open invoices",
        money(open_amount, currency),
        f"{facts.owed.open_invoice_count:,} invoices",
    )
    table.add_row("Past due", money(past_due, currency), share)
    table.add_row(
        "DSO, three months", _days(speed.dso_rolling_3m), f"best possible {_days(speed.bpdso_3m)}"
    )
    table.add_row(
        "Days to pay",
        _days(speed.weighted_avg_days_to_pay),
        f"terms {_days(speed.weighted_avg_terms_days)}",
    )
    month = facts.landing.this_month
    if month and month.is_forecast:
        amount, bounds = _landing(month, currency)
        target = month.target_amount_reporting
        note = "" if target is None else f"; target {target:,.0f}"
        table.add_row("Cash of the month", amount, bounds + note)
    for label, landing in (
        ("Cash to month end", facts.landing.month_end),
        ("Cash in 30 days", facts.landing.at("30d")),
    ):
        if landing:
            table.add_row(label, *_landing(landing, currency))
    if past := facts.landing.calibrated_months:
        inside = sum(month.is_in_interval for month in past)
        table.add_row("Past months", f"{inside} of {len(past)}", "landed between P10 and P90")
    if facts.leaving:
        movement = facts.leaving.trend[-1]
        risk = money(facts.leaving.mrr_at_risk_reporting, currency)
        table.add_row(
            "MRR",
            money(movement.closing_mrr_reporting, currency),
            f"{risk} with items 31 days late or more",
        )
    table.add_row(
        "To write to today",
        str(totals["email_count"]),
        f"e-mails; {totals['call_count']} calls, {totals['letter_count']} letters, {totals['task_count']} tasks"
        " (drafts only)",
    )
    table.add_row(
        "On hold",
        str(totals["hold_account_count"]),
        f"accounts, deferring {money(Decimal(str(totals['deferred_amount_reporting'] or 0)), currency)}",
    )
    title = f"{escape(company.config.company.name)} · {facts.as_of_date}"
    return Panel(table, title=title, title_align="left", expand=False)


def _landing(point: LandingPoint | WholeMonth, currency: str) -> tuple[str, str]:
    """The middle of a landing, and its bounds in words."""
    if point.p50_amount_reporting is None:
        return money(point.expected_amount_reporting, currency), "expected; no interval possible"
    bounds = f"{point.p10_amount_reporting:,.0f} to {point.p90_amount_reporting:,.0f}"
    note = " eight times in ten" if point.is_calibrated else ", uncalibrated"
    return money(point.p50_amount_reporting, currency), f"{bounds}{note}"


def _first_accounts(accounts: list[dict[str, object]], currency: str) -> Table:
    table = Table(title="First to contact today", title_justify="left", expand=False)
    for heading in ("", "account", f"past due, {currency}", "days", "by"):
        table.add_column(
            heading, justify="right" if heading.startswith(("past", "days")) else "left"
        )
    for row in accounts:
        table.add_row(
            str(row["rank"]),
            escape(str(row["customer_name"])),
            f"{row['past_due_amount_reporting']:,.0f}",
            "" if row["oldest_days_past_due"] is None else str(row["oldest_days_past_due"]),
            str(row["channel"]),
        )
    return table


def _shown(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def _print_paths(company: Company, publication: Publication, console: Console) -> None:
    day = company.out / publication.as_of_date.isoformat()
    lines = [
        ("at-risk list", day / "at_risk_accounts.xlsx"),
        ("digest", day / "digest.txt"),
        ("reminder drafts", day / "reminders"),
        ("inbox for lists", company.inbox),
        ("cockpit", day / COCKPIT),
        ("marts, read-only", company.published / "current" / publication.database.name),
    ]
    console.print("\nWhere to look")
    for name, path in lines:
        console.print(f"  {name:<17} {escape(_shown(path))}", highlight=False, soft_wrap=True)
    command = f".venv/bin/encours ui --config {_shown(company.config_path)}"
    console.print(f"  {'Dagster UI':<17} {escape(command)}", highlight=False, soft_wrap=True)
