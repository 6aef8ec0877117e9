"""Why somebody was written to, or was not: sentences worked out by hand from a small kept day."""

import datetime as dt
import string
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa
import pytest
import yaml

from orchestration.dbt import PROJECT_DIR
from orchestration.why import WhyError, explain
from orchestration.why_words import PHRASES

DAY = dt.date(2026, 3, 12)
COMPONENTS = {
    "cash_accelerated_amount": Decimal("13.00"),
    "loss_avoided_amount": None,
    "revenue_at_stake_amount": Decimal("900.00"),
    "churn_cost_amount": Decimal("9.00"),
    "contact_cost_amount": Decimal("0.20"),
    "priority_amount": Decimal("903.80"),
}


def batch_row(customer_id: str, name: str, **changes: Any) -> dict[str, Any]:
    row = {
        "as_of_date": DAY,
        "customer_id": customer_id,
        "customer_name": name,
        "policy_segment": "everyone",
        "scenario": "standard",
        "lane": "person",
        "decision": "send",
        "decision_reason": "step_due",
        "next_step_date": DAY,
        "hold_reason": None,
        "hold_until_date": None,
        "step": "second_reminder",
        "channel": "email",
        "tone": "neutral",
        "contact_name": "Anna Martin",
        "contact_email": "anna@alpha.example",
        "contact_phone": None,
        "reporting_currency": "EUR",
        "asked_amount_reporting": Decimal("1200.50"),
        "invoice_count": 1,
        "experiment_arm": "treated",
        **COMPONENTS,
    }
    return {**row, **changes}


def invoice_row(customer_id: str, number: str, **changes: Any) -> dict[str, Any]:
    row = {
        "as_of_date": DAY,
        "customer_id": customer_id,
        "invoice_id": number,
        "invoice_number": number,
        "currency": "EUR",
        "asked_amount": Decimal("1200.50"),
        "due_date": dt.date(2026, 2, 26),
        "days_past_due": 14,
        "last_step": "first_reminder",
        "step": "second_reminder",
        "step_date": dt.date(2026, 3, 10),
        "is_step_due": True,
        "hold_reason": None,
        "hold_until_date": None,
        "is_in_message": True,
    }
    return {**row, **changes}


def hold_row(customer_id: str, reason: str, **changes: Any) -> dict[str, Any]:
    row = {
        "as_of_date": DAY,
        "customer_id": customer_id,
        "hold_reason": reason,
        "source_record_id": "r1",
        "hold_start_date": dt.date(2026, 3, 1),
        "hold_until_date": None,
        "review_date": dt.date(2026, 3, 31),
        "comment": None,
        "author": None,
        "is_overridden": False,
        "release_id": None,
        "deferred_amount_reporting": Decimal("70.00"),
        "reporting_currency": "EUR",
    }
    return {**row, **changes}


TABLES = {
    "dim_customers": [
        {"customer_id": "A", "customer_name": "Alpha SAS"},
        {"customer_id": "B", "customer_name": "Beta Ltd"},
        {"customer_id": "BB", "customer_name": "Beta Bau GmbH"},
        {"customer_id": "E", "customer_name": "Éclair SA"},
        {"customer_id": "W", "customer_name": "Wait Inc."},
    ],
    "fct_collections_days": [{"as_of_date": dt.date(2026, 3, 10)}, {"as_of_date": DAY}],
    "fct_reminder_batch": [
        batch_row("A", "Alpha SAS"),
        batch_row(
            "BB",
            "Beta Bau GmbH",
            decision="hold",
            decision_reason="manual",
            hold_until_date=dt.date(2026, 4, 1),
            experiment_arm=None,
            contact_email=None,
            priority_amount=None,
        ),
        batch_row("E", "Éclair SA", decision="wait", decision_reason="holdout", lane="automatic"),
        batch_row(
            "W",
            "Wait Inc.",
            decision="wait",
            decision_reason="step_not_reached",
            next_step_date=dt.date(2026, 3, 16),
        ),
    ],
    "fct_invoice_decisions": [
        invoice_row("A", "F-1"),
        invoice_row(
            "A",
            "F-2",
            days_past_due=1,
            last_step=None,
            step="first_reminder",
            step_date=dt.date(2026, 3, 14),
            is_step_due=False,
            hold_reason="dispute",
            is_in_message=False,
        ),
        invoice_row("BB", "F-3", step=None, step_date=None, hold_reason="manual"),
    ],
    "fct_holds": [
        hold_row("A", "dispute"),
        hold_row("A", "ticket", is_overridden=True, release_id="desk-9"),
        hold_row(
            "BB",
            "manual",
            hold_until_date=dt.date(2026, 4, 1),
            author="Zoé",
            comment="new bank account",
        ),
    ],
}


@pytest.fixture(scope="module")
def published():
    with duckdb.connect() as connection:
        connection.execute("create schema marts")
        for name, rows in TABLES.items():
            connection.register("_rows", pa.Table.from_pylist(rows))
            connection.execute(f"create table marts.{name} as from _rows")
            connection.unregister("_rows")
        yield connection


def test_who_is_written_to_is_told_with_invoices_holds_overrides_and_priority(published):
    assert explain(published, "alpha", DAY) == [
        "Alpha SAS (A) was to be written to on 12 Mar 2026 by e-mail: step second reminder, tone"
        " neutral, asking for €1,200.50; invoices: 1.",
        "Segment everyone, scenario standard, in the hands of a person.",
        "Invoice F-1: €1,200.50, 14 days past due (due 26 Feb 2026); last step taken: first reminder;"
        " step second reminder due since 10 Mar 2026; in the message.",
        "Invoice F-2: €1,200.50, 1 day past due (due 26 Feb 2026); step first reminder on 14 Mar 2026;"
        " held: a dispute is open, no end known yet.",
        "Hold: a dispute is open (r1), since 1 Mar 2026, no end known yet; it keeps back €70.00."
        " To be looked at again on 31 Mar 2026.",
        "Overridden: a support ticket is open (r1), since 1 Mar 2026; by desk-9, it keeps nothing back.",
        "Contact chosen: Anna Martin, anna@alpha.example.",
        "Experiment: among those who are reminded.",
        "Priority €903.80 = cash brought forward €13.00 + loss avoided unknown + recurring revenue at"
        " stake €900.00 - churn cost of the contact €9.00 - cost of the contact €0.20. The effects of a"
        " contact are assumptions of the policy.",
    ]


def test_who_is_held_is_told_by_whom_and_until_when_in_french(published):
    assert explain(published, "bb", DAY, "fr") == [
        "Beta Bau GmbH (BB) n'était pas à relancer le 12 mars 2026. Tout est retenu : une personne a"
        " posé une retenue, jusqu'au 1er avr. 2026.",
        "Segment everyone, scénario standard, confié à une personne.",
        "Facture F-3 : 1\u202f200,50\u00a0€, 14 jours de retard (échéance le 26 févr. 2026) ; dernière"
        " étape franchie : first reminder ; plus d'étape dans son scénario ; retenue : une personne a"
        " posé une retenue, sans fin connue.",
        "Retenue : une personne a posé une retenue (r1), depuis le 1er mars 2026, jusqu'au 1er avr. 2026"
        " ; elle diffère 70,00\u00a0€. Posée par Zoé. Commentaire : new bank account",
        "Aucun contact avec adresse ou numéro n'est connu.",
        "Pas de priorité : trop peu est connu pour prévoir un paiement.",
    ]


def test_who_waits_is_told_what_for(published):
    assert explain(published, "W", DAY)[0] == (
        "Wait Inc. (W) was not to be written to on 12 Mar 2026: its next step was not reached yet."
        " The next step is due on 16 Mar 2026."
    )
    first, lane, *_ = explain(published, "éclair", DAY)
    assert first.endswith("so that the effect of reminders can be measured.")
    assert "automatic" in lane


def test_who_owes_nothing_that_day_is_told_so(published):
    assert explain(published, "B", DAY) == [
        "Beta Ltd (B) was not to be written to on 12 Mar 2026: it owed nothing past due, expected late"
        " or due for a notice."
    ]


@pytest.mark.parametrize(
    ("customer", "day", "message"),
    [
        ("beta", DAY, "'beta' fits 2 customers: Beta Ltd (B), Beta Bau GmbH (BB). Give the id"),
        ("gamma", DAY, "No customer has the id 'gamma'"),
        (" ", DAY, "No customer has the id ' '"),
        (
            "A",
            dt.date(2026, 3, 11),
            "No list was issued on 2026-03-11. Days kept: 2, from 2026-03-10",
        ),
    ],
)
def test_an_unknown_day_or_customer_says_what_to_do(published, customer, day, message):
    with pytest.raises(WhyError) as caught:
        explain(published, customer, day)
    assert message in str(caught.value)


def test_every_hold_that_the_marts_allow_has_its_words():
    path = PROJECT_DIR / "models" / "marts" / "collections" / "lists" / "_lists__models.yml"
    models = {
        model["name"]: {column["name"]: column for column in model["columns"]}
        for model in yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
    }

    def values(model: str, column: str) -> set[str]:
        [test] = models[model][column]["data_tests"]
        return set(test["accepted_values"]["arguments"]["values"])

    wanted = {f"hold_{reason}" for reason in values("fct_holds", "hold_reason")}
    wanted |= {f"channel_{channel}" for channel in values("fct_reminder_batch", "channel")}
    wanted |= {f"arm_{arm}" for arm in values("fct_reminder_batch", "experiment_arm")}
    wanted |= {f"lane_{lane}" for lane in values("fct_reminder_batch", "lane")}
    assert wanted <= set(PHRASES)


@pytest.mark.parametrize("phrase", PHRASES)
def test_both_languages_say_the_same(phrase):
    english, french = (
        {name for _, name, _, _ in string.Formatter().parse(text)} for text in PHRASES[phrase]
    )
    assert english == french
