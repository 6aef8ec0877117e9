"""The decision models run day after day on a hand-made desk, without dbt: only their own SQL.

What a day sends returns as activities, as the outbox returns it, so that the next day knows.
"""

import datetime as dt
import json
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path

import duckdb
from holidays import country_holidays
from jinja2 import Environment, StrictUndefined

from orchestration.policy import write_policy
from outreach.policy import DEFAULT_POLICY_PATH

DECISIONS = Path(__file__).parents[2] / "dbt_project" / "models" / "intermediate" / "decisions"
# In the order in which they build on each other; None is what this rig makes itself.
MODELS = (
    "int_policy_settings",
    "steps/int_policy_steps",
    "steps/int_policy_segments",
    "steps/int_customer_segments",
    "steps/int_steps_taken",
    "steps/int_next_steps",
    "holds/int_holds_by_customers",
    None,
    "steps/int_account_proposals",
    "steps/int_proposed_lines",
    "steps/int_proposed_messages",
    "steps/int_account_decisions",
    "steps/int_message_lines",
)
TABLES = """
create table dim_customers (customer_id varchar, account_owner varchar);
create table fct_customer_360 (
    customer_id varchar, segment varchar, country varchar, mrr_reporting decimal(18, 2),
    open_amount_reporting decimal(18, 2), tenure_days integer, median_days_late_12m double,
    insolvency_date date, past_due_amount_reporting decimal(18, 2),
    unapplied_amount_reporting decimal(18, 2));
create table churn_predictions (as_of_date date, customer_id varchar, p_churn double);
create table int_contacts_chosen (
    customer_id varchar, is_opted_out boolean, email varchar, phone varchar,
    unreachable_since_date date);
create table int_invoices_unioned (invoice_id varchar, customer_id varchar);
create table int_activities_unioned (
    activity_id varchar, activity_date date, kind varchar, direction varchar, customer_id varchar,
    invoice_id varchar, channel varchar, step varchar, template varchar, source_name varchar,
    recorded_at timestamp);
create table int_open_invoices_scored (
    as_of_date date, invoice_id varchar, customer_id varchar, invoice_number varchar,
    invoice_date date, due_date date, days_past_due integer, is_past_due boolean,
    is_early_warning boolean, currency varchar, asked_amount decimal(18, 2),
    asked_amount_reporting decimal(18, 2), invoice_amount_reporting decimal(18, 2));
"""
# The holds of the rig are recent contacts alone, and the largest debt goes first.
OWN = """
create or replace table int_invoice_holds as
select
    next_steps.invoice_id as held_invoice_id, holds.hold_reason, 9 as hold_priority,
    holds.hold_until_date
from int_holds_by_customers as holds
inner join int_next_steps as next_steps on holds.customer_id = next_steps.customer_id
where holds.hold_reason = 'recent_contact';
create or replace table int_account_priorities as
select customer_id, sum(asked_amount_reporting) as priority_amount
from int_next_steps
group by customer_id;
create or replace table int_experiment_arms (customer_id varchar, experiment_arm varchar);
"""


TODAY = "the_business_date"


@cache
def _query(name: str) -> str:
    text = (DECISIONS / f"{name}.sql").read_text(encoding="utf-8")
    return (
        Environment(undefined=StrictUndefined, autoescape=False)
        .from_string(text)
        .render(
            ref=lambda table: table,
            source=lambda schema, table: f"raw_policy.{table}" if schema == "raw_policy" else table,
            as_of_date=lambda: TODAY,
        )
    )


@cache
def _holidays(country: str):
    return country_holidays(country)


@dataclass
class Invoice:
    """One invoice, unpaid until `paid_date`; the rate of its currency to the reporting one is 1."""

    invoice_id: str
    customer_id: str
    due_date: dt.date
    amount: Decimal = Decimal(5000)
    currency: str = "EUR"
    part_payments: dict[dt.date, Decimal] = field(default_factory=dict)
    paid_date: dt.date | None = None
    # From when on another date is the oldest one open: an instalment was paid.
    later_due_dates: dict[dt.date, dt.date] = field(default_factory=dict)

    def due_on(self, day: dt.date) -> dt.date:
        moved = [due for since, due in sorted(self.later_due_dates.items()) if since <= day]
        return moved[-1] if moved else self.due_date

    def open_amount(self, day: dt.date) -> Decimal:
        if self.paid_date and self.paid_date <= day:
            return Decimal(0)
        return self.amount - sum(paid for when, paid in self.part_payments.items() if when <= day)


@dataclass(frozen=True)
class Sent:
    """One invoice in a message: the step it took itself, None where it was listed only."""

    day: dt.date
    customer_id: str
    invoice_id: str
    step: str | None
    channel: str
    tone: str
    asked_amounts: str


class Desk:
    """A company of hand-made customers and invoices under a policy."""

    def __init__(self, invoices, customers, policy_path=DEFAULT_POLICY_PATH):
        self.invoices = invoices
        self.sent: list[Sent] = []
        self.decided: dict[dt.date, dict[str, tuple[str, str]]] = {}
        self.columns: dict[str, list[str]] = {}
        self.connection = duckdb.connect(config={"threads": 1})
        self.connection.execute(TABLES)
        write_policy(self.connection, policy_path, dt.date(2026, 3, 2))
        self.countries = {customer.get("country") or "FR" for customer in customers}
        for customer in customers:
            facts = {"country": "FR", "mrr_reporting": 100, "tenure_days": 900}
            self._add("fct_customer_360", facts | customer)
            self._add("dim_customers", {"account_owner": "Ann"} | customer)
            email = f"{customer['customer_id']}@a.example"
            reach = {"is_opted_out": False, "email": email, "phone": "+33 1"}
            self._add("int_contacts_chosen", reach | customer)
        for invoice in invoices:
            self._add("int_invoices_unioned", vars(invoice))

    def _add(self, table, row):
        if table not in self.columns:
            self.columns[table] = [name for (name, *_) in self.rows(f"describe {table}")]
        given = {name: row[name] for name in self.columns[table] if name in row}
        marks = ", ".join(f"${name}" for name in given)
        self.connection.execute(f"insert into {table} ({', '.join(given)}) values ({marks})", given)

    def rows(self, query):
        return self.connection.execute(query).fetchall()

    def run(self, day: dt.date) -> dict[str, tuple[str, str]]:
        """Decide one day and send it: decision and reason by customer."""
        self._state(day)
        for name in MODELS:
            self.connection.execute(OWN if name is None else self._sql(name, day))
        lines = self.rows(
            "select lines.customer_id, lines.invoice_id, lines.step, messages.channel,"
            " messages.tone, messages.template, messages.asked_amounts from int_message_lines as lines"
            " inner join int_proposed_messages as messages using (customer_id) order by all"
        )
        for customer_id, invoice_id, step, channel, tone, template, amounts in lines:
            self.sent.append(Sent(day, customer_id, invoice_id, step, channel, tone, amounts))
            kind = {"email": "reminder", "slack_task": "note"}.get(channel, channel)
            self.contact(
                day, kind, invoice_id, step=step, channel=channel, template=template,
                direction="internal" if kind == "note" else "out", source_name="desk",
            )  # fmt: skip
        decided = self.rows(
            "select customer_id, decision, decision_reason from int_account_decisions"
        )
        self.decided[day] = {
            customer_id: (decision, reason) for customer_id, decision, reason in decided
        }
        return self.decided[day]

    def contact(self, day, kind, invoice_id, **more):
        """Record a contact about an invoice."""
        number = len(self.rows("select 1 from int_activities_unioned"))
        row = {"activity_id": f"a{number:06}", "activity_date": day, "kind": kind}
        self._add(
            "int_activities_unioned", {"direction": "out"} | row | {"invoice_id": invoice_id} | more
        )

    def walk(self, first: dt.date, days: int, missed=()) -> None:
        """Run every day but the missed ones and Sundays, which are as quiet as Saturdays."""
        for number in range(days):
            day = first + dt.timedelta(days=number)
            if number not in missed and day.weekday() < 6:
                self.run(day)

    def messages(self, customer_id: str, day: dt.date) -> list[Sent]:
        """What a customer was sent on a day, by invoice."""
        return [one for one in self.sent if (one.customer_id, one.day) == (customer_id, day)]

    def steps(self, invoice_id: str) -> list[tuple[dt.date, str]]:
        """The steps an invoice took, in order."""
        return [
            (one.day, one.step) for one in self.sent if one.invoice_id == invoice_id and one.step
        ]

    def _state(self, day):
        self.connection.execute("delete from raw_policy.holidays")
        for country in self.countries:
            if day in _holidays(country):
                row = {"country": country, "holiday_date": day, "name": "holiday"}
                self._add("raw_policy.holidays", row)
        self.connection.execute("delete from int_open_invoices_scored")
        for invoice in self.invoices:
            amount = invoice.open_amount(day)
            due_date = invoice.due_on(day)
            if not amount or due_date > day + dt.timedelta(days=30):
                continue
            late = (day - due_date).days
            self._add(
                "int_open_invoices_scored",
                vars(invoice) | {
                    "as_of_date": day, "due_date": due_date,
                    "days_past_due": late, "is_past_due": late > 0,
                    "is_early_warning": False, "asked_amount": amount,
                    "asked_amount_reporting": amount, "invoice_amount_reporting": invoice.amount,
                },
            )  # fmt: skip
        self.connection.execute(
            "update fct_customer_360 set open_amount_reporting = coalesce((select"
            " sum(asked_amount_reporting) from int_open_invoices_scored as invoices"
            " where invoices.customer_id = fct_customer_360.customer_id), 0),"
            " past_due_amount_reporting = 0, unapplied_amount_reporting = 0"
        )

    def _sql(self, name, day):
        return f"create or replace table {Path(name).name} as {_query(name)}".replace(
            TODAY, f"date '{day}'"
        )


def totals(asked_amounts: str) -> dict[str, Decimal]:
    """What a message asks for, by currency."""
    entries = json.loads(asked_amounts)
    return {entry["currency"]: Decimal(entry["amount"]) for entry in entries}
