"""Reasons: every one has words, says a figure and its norm, and never contradicts its effect."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models_ml.features import (
    CUSTOMER_CATEGORICAL,
    CUSTOMER_NUMERIC,
    INVOICE_CATEGORICAL,
    INVOICE_NUMERIC,
)
from models_ml.intervals import INTERVAL_TERMS
from models_ml.reason_text import say_reason
from models_ml.reason_words import LANGUAGES, METHODS, WORDS
from models_ml.reasons import (
    CUSTOMER_GROUPS,
    INVOICE_GROUPS,
    NO_CHURN_REASON,
    NO_REASON,
    NO_REASON_TERMS,
    learn_peers,
    reason_codes,
)

SHOWN = sorted(
    {
        name
        for groups in (INVOICE_GROUPS, CUSTOMER_GROUPS)
        for shown, _ in groups.values()
        for name in shown
    }
)
RECORD = {"landmark_date": pd.Timestamp("2026-11-23"), "customer_paid_count": 8}


@pytest.mark.parametrize(
    ("features", "groups", "silent"),
    [
        (
            (*INVOICE_NUMERIC, *INVOICE_CATEGORICAL, *INTERVAL_TERMS),
            INVOICE_GROUPS,
            NO_REASON | NO_REASON_TERMS,
        ),
        ((*CUSTOMER_NUMERIC, *CUSTOMER_CATEGORICAL), CUSTOMER_GROUPS, NO_CHURN_REASON),
    ],
    ids=["time_to_pay", "churn"],
)
def test_every_feature_is_in_one_group_or_said_to_be_no_reason(features, groups, silent):
    grouped = [name for shown, more in groups.values() for name in dict.fromkeys((*shown, *more))]
    assert len(grouped) == len(set(grouped))
    assert sorted(set(features) - set(grouped)) == sorted(silent)


def test_every_feature_shown_has_words_in_both_languages_and_no_word_is_idle():
    assert sorted(WORDS) == SHOWN


@pytest.mark.parametrize("feature", SHOWN)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_is_one_clean_sentence(feature: str, language: str):
    kind = WORDS[feature].kind
    examples: tuple[Any, ...] = (0.0, 1.0, 7.0)
    if kind == "profile":
        examples = ("FR",)
    elif kind == "method":
        examples = tuple(METHODS)
    elif kind == "count":
        assert len(WORDS[feature].sentences(language)) == 3
    for value in examples:
        text = say_reason(feature, value, 3.0, RECORD, language, late=4.0)
        assert not re.search(r"[{}]|None|nan|_|  |\.0\b|\.$", text), text


@pytest.mark.parametrize(
    ("feature", "value", "norm", "english", "french"),
    [
        (
            "customer_days_late_last3",
            14.3,
            1.6,
            "paid its last three invoices 14 days late on average (other customers: 2 days late)",
            "a payé ses trois dernières factures avec 14 jours de retard en moyenne "
            "(autres clients : 2 jours de retard)",
        ),
        (
            "customer_days_late_last3",
            -1.0,
            0.2,
            "paid its last three invoices 1 day early on average (other customers: on the due date)",
            "a payé ses trois dernières factures avec 1 jour d'avance en moyenne "
            "(autres clients : à l'échéance)",
        ),
        (
            "customer_open_ticket_count",
            1.0,
            0.0,
            "1 support ticket open (other customers: none)",
            "1 ticket de support ouvert (autres clients : aucun)",
        ),
        (
            "customer_past_due_count",
            0.0,
            2.0,
            "has no invoice past due (other customers: 2)",
            "n'a aucune facture échue (autres clients : 2)",
        ),
        (
            "customer_past_due_count",
            1200.0,
            0.0,
            "has 1,200 invoices past due (other customers: none)",
            "a 1 200 factures échues (autres clients : aucune)",
        ),
        (
            "amount_to_habit_ratio",
            3.31,
            1.0,
            "the amount is 3.3 times its usual invoice",
            "le montant est de 3,3 fois sa facture habituelle",
        ),
        (
            "amount_to_habit_ratio",
            0.3,
            1.0,
            "the amount is 30% of its usual invoice",
            "le montant est de 30 % de sa facture habituelle",
        ),
        (
            "days_to_promised",
            4.0,
            None,
            "payment promised for 27 November",
            "paiement promis pour le 27 novembre",
        ),
        (
            "customer_tenure_days",
            152.0,
            1_096.0,
            "a customer for 5 months (other customers: 3 years)",
            "client depuis 5 mois (autres clients : 3 ans)",
        ),
        (
            "mrr_change_90d_rate",
            -0.152,
            0.0,
            "monthly revenue down 15% in three months",
            "revenu mensuel en baisse de 15 % en trois mois",
        ),
        (
            "paid_share",
            0.999,
            0.0,
            "99% of the invoice is already settled",
            "facture déjà réglée à 99 %",
        ),
        (
            "customer_promise_kept_share",
            0.002,
            0.67,
            "has kept 1% of its promises (other customers: 67%)",
            "a tenu 1 % de ses promesses (autres clients : 67 %)",
        ),
        ("payment_method", "direct_debit", None, "pays by direct debit", "paie par prélèvement"),
    ],
)
def test_a_reason_is_said_with_its_norm(feature, value, norm, english, french):
    assert say_reason(feature, value, norm, RECORD, "en") == english
    # No-break spaces are French typography, not part of the words.
    said = re.sub("[\u00a0\u202f]", " ", say_reason(feature, value, norm, RECORD, "fr"))
    assert said == french


def test_a_profile_is_said_by_how_its_customers_pay():
    text = say_reason("country", "FR", 2.0, RECORD, "en", late=9.0)
    assert text == "customers in France usually pay 9 days late (other customers: 2 days late)"
    text = say_reason("segment", "small", 2.0, RECORD, "fr", late=-1.0)
    assert re.sub("\u00a0", " ", text) == (
        "les clients du segment « small » paient d'ordinaire avec 1 jour d'avance "
        "(autres clients : 2 jours de retard)"
    )


def test_one_or_two_paid_invoices_are_not_called_three():
    one, two = ({**RECORD, "customer_paid_count": count} for count in (1, 2))
    text = "paid its last invoice 6 days late (other customers: on the due date)"
    assert say_reason("customer_days_late_last3", 6.0, 0.0, one, "en") == text
    assert "its last two invoices" in say_reason("customer_days_late_last3", 6.0, 0.0, two, "en")


def _codes(contribution: float, feature: str, value: Any, peers: dict[str, float]) -> list[Any]:
    groups = {"only": ((feature,), ())}
    table = pd.DataFrame([{**RECORD, feature: value}])
    return json.loads(
        reason_codes(
            np.array([[contribution]]), [feature], table, groups, peers, ("earlier", "later")
        )[0]
    )


@pytest.mark.parametrize(
    ("feature", "value", "peer", "shown_for"),
    [
        # Worse when higher: late payers pay later, early payers earlier, and nothing else is said.
        ("customer_days_late_last3", 14.0, 2.0, {"later"}),
        ("customer_days_late_last3", -9.0, 2.0, {"earlier"}),
        ("customer_days_late_last3", 4.4, 2.0, set()),
        ("customer_past_due_count", 2.0, 0.0, {"later"}),
        ("customer_past_due_count", 0.0, 0.0, set()),
        # Worse when lower.
        ("customer_tenure_days", 90.0, 900.0, {"later"}),
        ("customer_tenure_days", 2_000.0, 900.0, {"earlier"}),
        ("customer_tenure_days", 1_000.0, 900.0, set()),
        ("customer_promise_kept_share", 0.3, 0.8, {"later"}),
        # Both can be said.
        ("paid_share", 0.5, 0.0, {"earlier", "later"}),
        # A promise brings payment nearer; an automatic payment does not wait for a person.
        ("days_to_promised", 4.0, 6.0, {"earlier"}),
        ("payment_method", "direct_debit", 0.0, {"earlier"}),
        ("payment_method", "cheque", 0.0, {"later"}),
        ("payment_method", "bank_transfer", 0.0, set()),
        # Nothing known, nothing said.
        ("customer_days_late_last3", None, 2.0, set()),
        ("segment", "small", 0.0, set()),
    ],
)
def test_a_value_that_contradicts_the_effect_is_not_shown(feature, value, peer, shown_for):
    peers = {feature: peer}
    shown = {
        reason["effect"]
        for contribution in (1.0, -1.0)
        for reason in _codes(contribution, feature, value, peers)
    }
    assert shown == shown_for


def test_a_group_of_small_effect_is_not_shown():
    peers = {"customer_days_late_last3": 2.0}
    assert _codes(-0.04, "customer_days_late_last3", 14.0, peers) == []


def test_a_group_falls_back_to_the_next_column_that_says_something():
    groups = {"habit": (("customer_days_late_last3", "customer_days_late_mean"), ())}
    columns = ["customer_days_late_last3", "customer_days_late_mean"]
    peers = dict.fromkeys(columns, 2.0)
    table = pd.DataFrame(
        [{**RECORD, "customer_days_late_last3": 1.0, "customer_days_late_mean": 20.0}]
    )
    effects = ("earlier", "later")
    [text] = reason_codes(np.array([[-1.0, -1.0]]), columns, table, groups, peers, effects)
    [reason] = json.loads(text)
    assert reason["feature"] == "customer_days_late_mean"
    assert reason["en"].startswith("has so far paid 20 days late on average")


def test_a_profile_is_compared_with_all_customers_once_it_has_rows_enough():
    rows = [("small", 9.0)] * 40 + [("large", 1.0)] * 60 + [("rare", 50.0)] * 5
    table = pd.DataFrame(rows, columns=["segment", "customer_days_late_median"])
    peers = learn_peers(table, {"profile": (("segment",), ())})
    assert peers == {
        "customer_days_late_median": 1.0,
        "segment=large": 1.0,
        "segment=small": 9.0,
    }
    [reason] = _codes(-1.0, "segment", "small", peers)
    assert reason["en"] == (
        "customers of segment “small” usually pay 9 days late (other customers: 1 day late)"
    )
    assert _codes(1.0, "segment", "small", peers) == []
    assert _codes(-1.0, "segment", "rare", peers) == []


def test_a_promised_day_is_counted_from_the_landmark():
    record = {"landmark_date": date(2026, 12, 30)}
    assert say_reason("days_to_promised", 3.0, None, record, "en").endswith("for 2 January")
