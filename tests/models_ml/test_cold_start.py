"""Little is known at first: a stated fallback with wider intervals, or nothing and the reason.

Two poor ledgers go from files to published marts with dbt; the width of intervals is asserted on
simulated feature tables too.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from simulated_ledgers import AS_OF, Ledger, simulate_ledger

from models_ml import (
    ModelInputError,
    evaluation_rows,
    predict_churn,
    predict_time_to_pay,
    train_churn,
    train_time_to_pay,
)
from models_ml.hazard import TimeToPayModel
from orchestration.data_warnings import data_warnings
from orchestration.modelling import write_predictions
from orchestration.warehouse import reading
from tests import poor_ledgers
from tests.ledger_rig import dbt_build, land

DAY = poor_ledgers.AS_OF
BEFORE_SCORING = (
    "--select",
    "+path:models/features",
    "+path:models/marts",
    "--exclude",
    "tag:after_scoring",
    "--indirect-selection",
    "buildable",
)


@dataclass(frozen=True)
class Scored:
    """A poor ledger with its marts of the day."""

    warehouse: Path
    cards: dict[str, dict[str, Any]]

    def ask(self, query: str) -> pd.DataFrame:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(query).df()


def _day_of(folder: Path, write: Any) -> Scored:
    (folder / "source").mkdir()
    write(folder / "source")
    warehouse = folder / "warehouse.duckdb"
    land(warehouse, folder / "source")
    dbt_build(warehouse, DAY, *BEFORE_SCORING, command="run")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        landmarks, outcomes, months, labels = (
            connection.execute(f"from features.{table}").df()
            for table in (
                "feat_invoice_landmarks",
                "feat_invoice_outcomes",
                "feat_customer_months",
                "feat_churn_outcomes",
            )
        )
    payment = train_time_to_pay(landmarks[~landmarks["is_scoring"]], outcomes, DAY)
    churn = train_churn(months[~months["is_scoring"]], labels, DAY)
    tables = {
        "invoice_predictions": predict_time_to_pay(payment, landmarks[landmarks["is_scoring"]]),
        "churn_predictions": predict_churn(churn, months[months["is_scoring"]]),
        "model_evaluations": evaluation_rows([payment, churn], DAY),
    }
    write_predictions(warehouse, tables, DAY)
    dbt_build(warehouse, DAY, "--select", "tag:after_scoring", command="run")
    return Scored(warehouse, {"time_to_pay": payment.card, "churn": churn.card})


@pytest.fixture(scope="module")
def unpaid(tmp_path_factory: pytest.TempPathFactory) -> Scored:
    return _day_of(tmp_path_factory.mktemp("unpaid"), poor_ledgers.write_unpaid)


@pytest.fixture(scope="module")
def fifty(tmp_path_factory: pytest.TempPathFactory) -> Scored:
    return _day_of(tmp_path_factory.mktemp("fifty"), poor_ledgers.write_fifty)


def test_a_ledger_without_payments_publishes_no_date_and_no_amount(unpaid: Scored):
    predictions = unpaid.ask("from marts.fct_invoice_predictions")
    assert set(predictions["method"]) == {"none"}
    known = ["p10_date", "p50_date", "p90_date", "p_paid_30d", "p_unpaid_120d", "reasons_en"]
    assert predictions[known].isna().all(axis=None)
    landing = unpaid.ask("from marts.fct_cash_landing")
    assert landing["expected_amount_reporting"].isna().all()
    [account] = unpaid.ask("from marts.fct_at_risk_accounts").to_dict("records")
    assert account["prediction_method"] is None
    assert not account["is_early_warning"]
    assert pd.isna(account["exposure_amount"])
    assert account["reasons_en"] == "75 days past due"


def test_the_reader_of_a_ledger_without_payments_is_told_why(unpaid: Scored):
    assert "nothing is predicted" in unpaid.cards["time_to_pay"]["reason"]
    assert "no subscriptions, no churn prediction" in unpaid.cards["churn"]["reason"]
    with reading(unpaid.warehouse) as connection:
        told = data_warnings(connection)
    assert (
        "6 invoices have no expected payment date: fewer than ten payments are known, too few to "
        "say when the next will come." in told
    )


@pytest.mark.parametrize("ledger_name", ["unpaid", "fifty"])
def test_what_no_source_tells_is_null_and_never_nought(
    ledger_name: str, request: pytest.FixtureRequest
):
    scored: Scored = request.getfixturevalue(ledger_name)
    features = scored.ask("from features.feat_invoice_landmarks")
    absent = [
        "is_disputed",
        "customer_open_dispute_count",
        "customer_dispute_count",
        "customer_promise_kept_share",
        "customer_open_ticket_count",
        "customer_weighty_ticket_count_30d",
        "customer_open_opportunity_count",
        "customer_contact_count_14d",
        "customer_reminder_count_30d",
        "invoice_reminder_count",
        "mrr_amount",
    ]
    assert len(features) > 5
    assert features[absent].isna().all(axis=None)
    customers = scored.ask("from marts.fct_customer_360")
    absent = [
        "mrr_reporting",
        "open_dispute_count",
        "live_promise_count",
        "open_ticket_count",
        "open_opportunity_count",
        "last_contact_date",
    ]
    assert customers[absent].isna().all(axis=None)


def test_fifty_invoices_give_a_date_for_each_open_one_by_the_habit(fifty: Scored):
    predictions = fifty.ask(
        "select *, p90_date - p10_date as width from marts.fct_invoice_predictions"
    )
    assert len(predictions) == 8
    assert set(predictions["method"]) == {"customer_median", "cohort_median"}
    assert set(predictions.loc[predictions["customer_id"] == "C6", "method"]) == {"cohort_median"}
    assert (
        predictions[["p10_date", "p50_date", "p_paid_30d", "p_unpaid_120d"]].notna().all(axis=None)
    )
    assert "fewer than the 300 a hazard needs" in fifty.cards["time_to_pay"]["reason"]
    methods = fifty.ask("select distinct prediction_method from marts.fct_at_risk_accounts")
    assert set(methods["prediction_method"]) <= {"customer_median", "cohort_median"}
    with reading(fifty.warehouse) as connection:
        told = [line for line in data_warnings(connection) if "are dated by" in line]
    assert len(told) == 2


def test_a_new_customer_is_given_a_wider_interval_than_those_of_its_segment(fifty: Scored):
    """All six customers share segment and country; C6 is the new one."""
    widths = fifty.ask(
        "select customer_id = 'C6' as is_new,"
        " avg(coalesce(p90_date, as_of_date + 121) - p10_date) as width"
        " from marts.fct_invoice_predictions group by is_new order by is_new"
    )
    assert widths["is_new"].tolist() == [False, True]
    known, new = widths["width"]
    assert new > 2 * known


def test_a_feature_that_the_build_lacks_stops_with_its_name(fifty: Scored):
    landmarks = fifty.ask(
        "select * exclude (customer_days_late_median) from features.feat_invoice_landmarks"
    )
    outcomes = fifty.ask("from features.feat_invoice_outcomes")
    with pytest.raises(ModelInputError, match=r"lacks the column\(s\) customer_days_late_median\."):
        train_time_to_pay(landmarks, outcomes, DAY)


def _widths(model: TimeToPayModel, table: pd.DataFrame) -> pd.Series:
    """Days from P10 to P90, a P90 beyond the horizon counted as the day after it."""
    predictions = predict_time_to_pay(model, table)
    beyond = pd.Timestamp(AS_OF) + pd.Timedelta(days=121)
    low = pd.to_datetime(predictions["p10_date"]).fillna(beyond)
    high = pd.to_datetime(predictions["p90_date"]).fillna(beyond)
    return (high - low).dt.days


def _as_new(table: pd.DataFrame) -> pd.DataFrame:
    history = [name for name in table if name.startswith("customer_") and name != "customer_id"]
    return table.assign(**dict.fromkeys(history, np.nan)).assign(customer_paid_count=0)


def test_without_a_history_the_models_interval_is_wider_in_every_segment(
    ledger: Ledger, hazard: TimeToPayModel
):
    assert hazard.method == "hazard"
    for _, known in ledger.scoring.groupby("segment"):
        assert _widths(hazard, _as_new(known)).mean() > _widths(hazard, known).mean()


def test_fifty_invoices_give_wider_intervals_than_the_whole_ledger_for_the_same_customers(
    ledger: Ledger, hazard: TimeToPayModel
):
    whole, few = [], []
    for first in range(0, 60, 6):
        customers = [f"C{number:04d}" for number in range(first, first + 6)]
        rows = ledger.landmarks[ledger.landmarks["customer_id"].isin(customers)]
        rows = rows[rows["invoice_id"].isin(sorted(rows["invoice_id"].unique())[:50])]
        model = train_time_to_pay(rows, ledger.outcomes, AS_OF)
        assert model.method == "customer_median"
        scoring = ledger.scoring[ledger.scoring["customer_id"].isin(customers)]
        whole.append(_widths(hazard, scoring))
        few.append(_widths(model, scoring))
    assert pd.concat(few).mean() > pd.concat(whole).mean()


def test_fewer_payments_never_give_narrower_intervals_of_the_same_spread():
    """The factor on the observed spread is 1 + 1 / sqrt(paid invoices)."""
    factors = []
    for months in (4, 8, 16):
        ledger = simulate_ledger(customers=8, months=months)
        model = train_time_to_pay(ledger.landmarks, ledger.outcomes, AS_OF)
        factors.append(model.baseline.widening)
    assert factors == sorted(factors, reverse=True)
    assert factors[-1] > 1
