"""A desk with a day of facts and messages, made by hand; shared by the tests of the outbox."""

import datetime as dt
import hashlib
from dataclasses import replace
from decimal import Decimal

from outreach.delivery.settings import DeliverySettings
from outreach.desk.enqueuing import enqueue
from outreach.desk.facts import CustomerFact, DayFacts, InvoiceFact, sync_facts
from outreach.messages import Message, MessageLine

DAY = dt.date(2026, 3, 12)
NOW = dt.datetime(2026, 3, 12, 8, tzinfo=dt.UTC)
SMTP = {"host": "localhost", "port": 2525, "security": "plain", "sender": "billing@us.example"}
SLACK = {
    "token_env": "ENCOURS_TEST_SLACK",
    "channel": "#collections",
    "owners": {"Alice Martin": "U0123"},
}


def live(**changes) -> DeliverySettings:
    return DeliverySettings.model_validate(
        {"mode": "live", "allow": ["*"], "smtp": SMTP, "slack": SLACK, **changes}
    )


def eml(message_id: str, recipient: str, body: str = "Please pay.") -> bytes:
    return (
        f"Subject: Invoice\r\nTo: {recipient}\r\nDate: Thu, 12 Mar 2026 08:00:00 +0000\r\n"
        f"Message-ID: {message_id}\r\nX-Unsent: 1\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: text/plain; charset="utf-8"\r\n\r\n{body}\r\n'
    ).encode()


def message(
    customer: str = "A",
    invoices: str = "1",
    step: str = "first_reminder",
    channel: str = "email",
    day: dt.date = DAY,
    body: str = "Please pay.",
    **changes,
) -> Message:
    """A message of 100.50 EUR an invoice: invoices "12" of customer A are A-1 and A-2."""
    key = "\x1f".join((day.isoformat(), customer, step, channel))
    message_id = f"<encours.{hashlib.sha256(key.encode()).hexdigest()[:32]}@encours.invalid>"
    recipient = f"{customer.lower()}@client.example" if channel == "email" else None
    values = {
        "business_date": day,
        "customer_id": customer,
        "customer_name": f"Customer {customer}",
        "step": step,
        "channel": channel,
        "kind": "task" if channel == "slack_task" else "reminder",
        "invoice_set": tuple(
            MessageLine(f"{customer}-{no}", step, "EUR", Decimal("100.50")) for no in invoices
        ),
        "needs_approval": False,
        "recipient": recipient,
        "subject": "Invoice",
        "file": f"reminders/{customer}.eml",
        "content": eml(message_id, recipient or "", body),
        "asked_amounts": '[{"currency": "EUR", "amount": "100.50"}]',
        "asked_amount_reporting": Decimal("100.50"),
        "template": "reminder",
        "tone": "friendly",
        "experiment_arm": "treated",
        "message_id": message_id,
    }
    return Message(**{**values, **changes})


def digest(day: dt.date = DAY, **changes) -> Message:
    values = {
        "customer": "",
        "invoices": "",
        "step": "digest",
        "channel": "slack",
        "day": day,
        "kind": "digest",
        "recipient": None,
        "content": b'{"text": "Today", "blocks": []}',
        "message_id": f"<digest.{day}@encours.invalid>",
    }
    return message(**{**values, **changes})


def facts_of(*messages: Message, day: dt.date = DAY, **changes) -> DayFacts:
    """The facts by which every one of these messages may leave."""
    asking = [m for m in messages if m.kind in ("reminder", "task")]
    return DayFacts(
        **{
            "business_date": day,
            "publication": f"{day}-1",
            "published_at": NOW,
            "known_at": NOW,
            "promise_days_after": 1,
            "dispute_scope": "invoice",
            "customers": [
                CustomerFact(
                    m.customer_id,
                    "send",
                    "step_due",
                    m.step,
                    m.channel,
                    None,
                    f"{m.customer_id.lower()}@client.example",
                )
                for m in asking
            ],
            "invoices": [
                InvoiceFact(line.invoice_id, m.customer_id, line.currency, line.open_amount, False)
                for m in asking
                for line in m.invoice_set
            ],
            **changes,
        }
    )


def emit(connection, *messages: Message, day: dt.date = DAY, now: dt.datetime = NOW):
    """Emit a day that was just published: its facts, then its messages."""
    sync_facts(connection, facts_of(*messages, day=day, **published(now)), now)
    return enqueue(connection, messages, day, now)


def published(at: dt.datetime) -> dict[str, object]:
    """A publication of that moment, whose run took no time."""
    return {"publication": f"of {at}", "published_at": at, "known_at": at}


def with_customer(facts: DayFacts, **changes) -> DayFacts:
    return replace(facts, customers=[replace(c, **changes) for c in facts.customers])


def with_invoice(facts: DayFacts, **changes) -> DayFacts:
    return replace(facts, invoices=[replace(i, **changes) for i in facts.invoices])


def states(connection) -> list[tuple[str, str | None]]:
    return [
        tuple(row)
        for row in connection.execute(
            "select state, state_reason from messages order by message_no"
        )
    ]


def add_entry(connection, table: str, now: dt.datetime = NOW, **values) -> None:
    row = {**values, "author": "Zoé", "origin": "test", "recorded_at": now.isoformat()}
    names = ", ".join(row)
    connection.execute(
        f"insert into {table} ({names}) values ({', '.join('?' * len(row))})", tuple(row.values())
    )


def add_promise(connection, invoice="A-1", promised="2026-03-20", promise="p1", **values) -> None:
    row = {"made_date": "2026-03-11", "amount": "100.50", **values}
    add_entry(
        connection,
        "promises",
        promise_id=promise,
        invoice_id=invoice,
        promised_date=promised,
        **row,
    )


def add_dispute(connection, invoice="A-1", dispute="d1", **values) -> None:
    add_entry(
        connection,
        "disputes",
        dispute_id=dispute,
        invoice_id=invoice,
        raised_date="2026-03-11",
        **values,
    )


def add_hold(connection, customer="A", invoice=None, hold="h1", **values) -> None:
    row = {"start_date": "2026-03-12", "end_date": "2026-03-13", **values}
    add_entry(connection, "holds", hold_id=hold, customer_id=customer, invoice_id=invoice, **row)


def add_release(connection, reason: str, now: dt.datetime, customer="A") -> None:
    add_entry(
        connection,
        "releases",
        now,
        release_id=f"r-{reason}-{now}",
        customer_id=customer,
        hold_reason=reason,
        start_date="2026-03-12",
        end_date="2026-03-13",
    )
