"""Why a customer was to be written to on a day, or was not, in plain sentences.

Belongs here: finding the customer and the day among what was kept, and saying it. Does not belong
here: deciding (dbt), the words of codes (`outreach.words`), printing (`cli.desk`).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb

from orchestration.why_words import PHRASES
from outreach import words
from outreach.day import Locale, Row

# As many customers of a like name as a person reads through.
_SHOWN = 10

_COMPONENTS = (
    "cash_accelerated_amount",
    "loss_avoided_amount",
    "revenue_at_stake_amount",
    "churn_cost_amount",
    "contact_cost_amount",
)


class WhyError(Exception):
    """The customer or the day is not known, or not told apart; the message says what to do."""


def explain(
    connection: duckdb.DuckDBPyConnection,
    customer: str,
    as_of_date: dt.date,
    locale: Locale = "en",
) -> list[str]:
    """Say why a customer was to be written to on a kept day, or why not.

    Args:
        connection: A publication, or a warehouse; read only.
        customer: The customer's id, or a part of its name that no other name has.
        as_of_date: The business date; every day whose lists were issued is kept.
        locale: Language of the sentences.

    Returns:
        The decision first, then invoices, holds, contact, experiment and priority.

    Raises:
        WhyError: No list was issued on that day, or no customer or several fit.
    """
    _check_day(connection, as_of_date)
    customer_id, name = _find_customer(connection, customer, as_of_date)
    say = _Sayer(locale)
    day = say.day(as_of_date)

    def rows(table: str, order: str) -> list[Row]:
        return _rows(
            connection,
            f"select * from marts.{table} where as_of_date = ? and customer_id = ? order by {order}",
            [as_of_date, customer_id],
        )

    batch = rows("fct_reminder_batch", "customer_id")
    if not batch:
        return [say("nothing", name=name, id=customer_id, day=day)]
    account, holds = batch[0], rows("fct_holds", "hold_start_date, hold_reason, source_record_id")
    return [
        say.decision(account, day),
        *say.segment(account),
        *(say.invoice(row, holds) for row in rows("fct_invoice_decisions", "due_date, invoice_id")),
        *(say.hold(row) for row in holds),
        *say.contact(account),
        *say.experiment(account),
        *say.priority(account),
    ]


def _rows(connection: duckdb.DuckDBPyConnection, query: str, values: list[Any]) -> list[Row]:
    relation = connection.execute(query, values)
    names = [column[0] for column in relation.description or []]
    return [dict(zip(names, row, strict=True)) for row in relation.fetchall()]


def _check_day(connection: duckdb.DuckDBPyConnection, as_of_date: dt.date) -> None:
    days = [
        row["as_of_date"]
        for row in _rows(
            connection, "select as_of_date from marts.fct_collections_days order by 1", []
        )
    ]
    if as_of_date in days:
        return
    if not days:
        raise WhyError("No list has been issued yet. Run `encours run` first.")
    raise WhyError(
        f"No list was issued on {as_of_date}. Days kept: {len(days)}, from {days[0]} to {days[-1]};"
        f" the nearest is {min(days, key=lambda day: abs(day - as_of_date))}."
    )


def _find_customer(
    connection: duckdb.DuckDBPyConnection, customer: str, as_of_date: dt.date
) -> tuple[str, str]:
    """The id and name: whoever has the id, else the one whose name holds the text."""
    known = _rows(
        connection,
        "select customer_id, customer_name from marts.dim_customers"
        " union select customer_id, customer_name from marts.fct_reminder_batch"
        " where as_of_date = ? order by customer_id",
        [as_of_date],
    )
    wanted = customer.strip().casefold()
    found = {
        row["customer_id"]: row["customer_name"]
        for row in known
        if row["customer_id"].casefold() == wanted
    } or {
        row["customer_id"]: row["customer_name"]
        for row in known
        if wanted and wanted in row["customer_name"].casefold()
    }
    if not found:
        raise WhyError(
            f"No customer has the id '{customer}' or a name with it. Look it up in the list of the day."
        )
    if len(found) > 1:
        names = [f"{name} ({customer_id})" for customer_id, name in found.items()]
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        raise WhyError(
            f"'{customer}' fits {len(names)} customers: {', '.join(names[:_SHOWN])}{more}."
            " Give the id or more of the name."
        )
    return next(iter(found.items()))


class _Sayer:
    """Rows in sentences of one language; what is not known is left out."""

    def __init__(self, locale: Locale) -> None:
        self.locale = locale

    def __call__(self, phrase: str, **values: object) -> str:
        return PHRASES[phrase][0 if self.locale == "en" else 1].format(**values)

    def decision(self, row: Row, day: str) -> str:
        """Written to, held or waiting, and why."""
        who = {"name": row["customer_name"], "id": row["customer_id"], "day": day}
        if row["decision"] == "send":
            return self(
                "send",
                **who,
                channel=self(f"channel_{row['channel']}"),
                step=_plain(row["step"]),
                tone=words.word("tone", row["tone"], self.locale).lower(),
                amount=self._money(row["asked_amount_reporting"], row["reporting_currency"]),
                count=row["invoice_count"],
            )
        reason = row["decision_reason"]
        if row["decision"] == "hold":
            until = self._until(row["hold_until_date"])
            return self("hold", **who, reason=self(f"hold_{reason}"), until=until)
        sentence = self("wait", **who, reason=self(f"wait_{reason}"))
        if row["next_step_date"] is not None and reason == "step_not_reached":
            sentence += " " + self("next", day=self.day(row["next_step_date"]))
        return sentence

    def segment(self, row: Row) -> list[str]:
        """Segment, scenario and lane of the policy; days before there were any have none."""
        if row.get("policy_segment") is None:
            return []
        return [
            self(
                f"lane_{row['lane']}",
                segment=_plain(row["policy_segment"]),
                scenario=_plain(row["scenario"]),
            )
        ]

    def invoice(self, row: Row, holds: list[Row]) -> str:
        """One invoice: how late, which step, in the message or held."""
        late = row["days_past_due"]
        parts = [
            self(
                "invoice_late" if late > 1 else "invoice_late_one" if late == 1 else "invoice_due",
                number=row["invoice_number"],
                amount=self._money(row["asked_amount"], row["currency"]),
                days=late,
                day=self.day(row["due_date"]),
            )
        ]
        if row["last_step"] is not None:
            parts.append(self("last_step", step=_plain(row["last_step"])))
        if row["step"] is None:
            parts.append(self("no_step"))
        else:
            phrase = "step_due" if row["is_step_due"] else "step_later"
            parts.append(self(phrase, step=_plain(row["step"]), day=self.day(row["step_date"])))
        if row["hold_reason"] is not None:
            until = self._until(row["hold_until_date"])
            parts.append(
                self("invoice_held", reason=self(f"hold_{row['hold_reason']}"), until=until)
            )
        elif row["is_in_message"]:
            parts.append(self("in_message"))
        return self("separator").join(parts) + "."

    def hold(self, row: Row) -> str:
        """One hold: since when, until when, who placed it, what it keeps back, who overrode it."""
        values = {
            "reason": self(f"hold_{row['hold_reason']}"),
            "record": row["source_record_id"],
            "day": self.day(row["hold_start_date"]),
            "until": self._until(row["hold_until_date"]),
            "amount": self._money(row["deferred_amount_reporting"], row["reporting_currency"]),
        }
        if row.get("is_overridden"):
            return self("hold_overridden", **values, release=row["release_id"])
        sentence = self("hold_row", **values)
        if row.get("author"):
            sentence += " " + self("author", author=row["author"])
        if row.get("comment"):
            sentence += " " + self("comment", comment=row["comment"])
        if row["hold_until_date"] is None and row.get("review_date") is not None:
            sentence += " " + self("review", day=self.day(row["review_date"]))
        return sentence

    def contact(self, row: Row) -> list[str]:
        """Whom a message goes to, or would go to."""
        ways = [way for way in (row["contact_email"], row["contact_phone"]) if way]
        if not ways:
            return [self("no_contact")]
        return [self("contact", contact=row["contact_name"] or "?", ways=", ".join(ways))]

    def experiment(self, row: Row) -> list[str]:
        """The arm of the experiment, where one runs and a step is due."""
        arm = row.get("experiment_arm")
        return [self(f"arm_{arm}")] if arm else []

    def priority(self, row: Row) -> list[str]:
        """What the rank is made of; said to rest on assumed effects."""
        if row.get("priority_amount") is None:
            return [self("no_priority")] if "priority_amount" in row else []
        currency = row["reporting_currency"]
        amounts = {
            name: self("unknown") if row[name] is None else self._money(row[name], currency)
            for name in _COMPONENTS
        }
        return [self("priority", total=self._money(row["priority_amount"], currency), **amounts)]

    def day(self, date: dt.date) -> str:
        """A date in words; the first of a French month is an ordinal."""
        text = words.day(date, self.locale)
        return f"1er{text[1:]}" if self.locale == "fr" and date.day == 1 else text

    def _until(self, date: dt.date | None) -> str:
        return self("no_end") if date is None else self("until", day=self.day(date))

    def _money(self, amount: Any, currency: str) -> str:
        return words.money(amount, currency, self.locale)


def _plain(code: str) -> str:
    return code.replace("_", " ")
