"""A small day, written by hand, that the tests of the renderers share."""

import datetime as dt
from decimal import Decimal
from typing import Any

from outreach.day import DayRows
from outreach.sender import Sender

AS_OF = dt.date(2026, 3, 12)


def account(rank: int, customer_id: str, **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "as_of_date": AS_OF,
        "rank": rank,
        "customer_id": customer_id,
        "customer_name": f"Customer {customer_id}",
        "country": "FR",
        "segment": "smb",
        "account_owner": "Zoé",
        "language": "fr",
        "reporting_currency": "EUR",
        "open_amount_reporting": Decimal("2500.50"),
        "past_due_amount_reporting": Decimal("1200.50"),
        "oldest_days_past_due": 34,
        "oldest_aging_bucket": "d31_60",
        "oldest_invoice_number": "F-100",
        "open_invoice_count": 2,
        "past_due_invoice_count": 1,
        "predicted_payment_date": dt.date(2026, 3, 20),
        "predicted_p10_date": dt.date(2026, 3, 14),
        "predicted_p90_date": None,
        "prediction_method": "hazard",
        "churn_probability": 0.25,
        "mrr_reporting": Decimal("300.00"),
        "policy_segment": "everyone",
        "experiment_arm": "treated",
        "cash_accelerated_amount": Decimal("2.10"),
        "loss_avoided_amount": Decimal("60.00"),
        "revenue_at_stake_amount": Decimal("1350.00"),
        "churn_cost_amount": Decimal("13.50"),
        "contact_cost_amount": Decimal("0.20"),
        "priority_amount": Decimal("1398.40"),
        "decision": "send",
        "step": "third_reminder",
        "channel": "email",
        "tone": "firm",
        "hold_reason": None,
        "hold_until_date": None,
        "deferred_amount_reporting": None,
        "reasons_en": "34 days past due; usually pays 3 days late",
        "reasons_fr": "34 jours de retard ; paie d'habitude avec 3 jours de retard",
        "contact_name": "Anna Martin",
        "contact_email": "anna@client.example",
        "contact_phone": "+33 1 23 45 67 89",
    }
    return {**row, **changes}


def batch_row(customer_id: str, **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "as_of_date": AS_OF,
        "customer_id": customer_id,
        "customer_name": f"Customer {customer_id}",
        "country": "FR",
        "account_owner": "Zoé",
        "policy_segment": "everyone",
        "scenario": "standard",
        "lane": "person",
        "experiment_arm": "treated",
        "priority_amount": Decimal("120.00"),
        "decision": "send",
        "decision_reason": "step_due",
        "step_no": 5,
        "step": "third_reminder",
        "channel": "email",
        "step_channel": "email",
        "template": "reminder",
        "tone": "firm",
        "needs_approval": False,
        "language": "fr",
        "requested_language": "fr",
        "contact_id": "p1",
        "contact_name": "Anna Martin",
        "contact_email": "anna@client.example",
        "contact_phone": "+33 1 23 45 67 89",
        "asked_amounts": '[{"currency": "EUR", "amount": "1200.50"}]',
        "asked_amount_reporting": Decimal("1200.50"),
        "hold_until_date": None,
    }
    return {**row, **changes}


def batch_line(customer_id: str, number: str, **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "as_of_date": AS_OF,
        "customer_id": customer_id,
        "invoice_id": f"id-{number}",
        "invoice_number": number,
        "invoice_date": dt.date(2026, 1, 7),
        "due_date": dt.date(2026, 2, 6),
        "days_past_due": 34,
        "currency": "EUR",
        "open_amount": Decimal("1200.50"),
        "step": "third_reminder",
        "is_step_due": True,
    }
    return {**row, **changes}


def charge(number: str, interest: str | None, fee: str | None, **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "as_of_date": AS_OF,
        "customer_id": "c1",
        "invoice_id": f"id-{number}",
        "currency": "EUR",
        "regime": "fr_b2b",
        "principal_amount": Decimal("1200.50"),
        "interest_amount": None if interest is None else Decimal(interest),
        "fixed_fee_amount": None if fee is None else Decimal(fee),
        "fixed_fee_currency": None if fee is None else "EUR",
    }
    return {**row, **changes}


def period(number: str, start: dt.date, days: int, interest: str, **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "as_of_date": AS_OF,
        "customer_id": "c1",
        "invoice_id": f"id-{number}",
        "currency": "EUR",
        "period_start_date": start,
        "period_end_date": start + dt.timedelta(days=days - 1),
        "days": days,
        "balance_amount": Decimal("1200.50"),
        "yearly_rate": Decimal("0.121500"),
        "interest_amount": Decimal(interest),
        "is_rate_verified": True,
    }
    return {**row, **changes}


def full_sender(**changes: Any) -> Sender:
    parts: dict[str, Any] = {
        "legal_name": "Lumière Logiciels SAS",
        "address": ("12 rue des Lilas", "69003 Lyon"),
        "registration": "SAS au capital de 10 000 € · 852 379 890 RCS Lyon",
        "email": "compta@lumiere.example",
        "phone": "+33 4 72 00 00 00",
        "signatory": "Claire Petit, comptabilité clients",
        "bank": {
            "iban": "FR7630006000011234567890189",
            "bic": "AGRIFRPP",
            "bank_name": "Banque de l'Exemple",
        },
    }
    return Sender.model_validate({**parts, **changes})


def hold(customer_id: str, reason: str, amount: str, **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "as_of_date": AS_OF,
        "customer_id": customer_id,
        "customer_name": f"Customer {customer_id}",
        "invoice_id": None,
        "invoice_number": None,
        "hold_reason": reason,
        "source_record_id": f"{reason}-{customer_id}",
        "hold_start_date": dt.date(2026, 3, 1),
        "hold_until_date": dt.date(2026, 3, 20),
        "review_date": dt.date(2026, 3, 20),
        "deferred_amount_reporting": Decimal(amount),
        "attributed_amount_reporting": Decimal(amount),
        "comment": None,
        "author": None,
        "is_overridden": False,
        "release_id": None,
    }
    return {**row, **changes}


def make_day(**changes: Any) -> DayRows:
    rows: dict[str, Any] = {
        "as_of_date": AS_OF,
        "company_name": "Lumière Logiciels",
        "reporting_currency": "EUR",
        "accounts": [
            account(2, "c2", decision="hold", hold_reason="ticket", reasons_en=None),
            account(1, "c1"),
        ],
        "holds": [
            hold("c2", "ticket", "700.00"),
            hold("c3", "dispute", "99.90", invoice_id="i9", invoice_number="F-9"),
            hold("c2", "promise", "50.00", attributed_amount_reporting=Decimal("0.00")),
        ],
        "batch": [
            batch_row("c1"),
            batch_row(
                "c2",
                decision="hold",
                decision_reason="ticket",
                asked_amounts="[]",
                hold_until_date=dt.date(2026, 3, 20),
            ),
        ],
        "batch_lines": [batch_line("c1", "F-100")],
        "broken_promises": [
            {
                "promise_id": "p7",
                "customer_id": "c1",
                "customer_name": "Customer c1",
                "account_owner": "Zoé",
                "invoice_id": "id-F-100",
                "invoice_number": "F-100",
                "promised_date": dt.date(2026, 3, 11),
                "promised_amount": Decimal("1000.00"),
                "missing_amount": Decimal("400.00"),
                "currency": "EUR",
                "is_new": True,
            }
        ],
        "warnings": [{"message": "3 rows of payments.csv are in quarantine"}],
        "totals": {
            "as_of_date": AS_OF,
            "open_amount_reporting": Decimal("5000.00"),
            "past_due_amount_reporting": Decimal("2400.50"),
            "at_risk_account_count": 2,
            "early_warning_account_count": 0,
            "email_count": 1,
            "call_count": 0,
            "letter_count": 0,
            "task_count": 0,
            "automatic_account_count": 0,
            "automatic_amount_reporting": Decimal("0.00"),
            "holdout_account_count": 0,
            "asked_amount_reporting": Decimal("1200.50"),
            "hold_account_count": 2,
            "deferred_amount_reporting": Decimal("799.90"),
        },
        "landing": [],
    }
    return DayRows(**{**rows, **changes})
