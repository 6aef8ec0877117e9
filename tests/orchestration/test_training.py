"""Training, the gate and the champion's place, on feature tables without dbt or Dagster."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sys
from pathlib import Path

import duckdb
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "models_ml"))

from landing_ledgers import tables
from simulated_ledgers import simulate_customer_months, simulate_ledger

from models_ml.drift import MONTH_BOUND
from models_ml.features import (
    CUSTOMER_CATEGORICAL,
    CUSTOMER_NUMERIC,
    INVOICE_CATEGORICAL,
    INVOICE_NUMERIC,
)
from models_ml.store import ModelMissingError, ModelTamperedError, load_model, read_card
from orchestration.champions import champion_before, champion_folder, model_home
from orchestration.cli.writing import write_configuration
from orchestration.config import Company, load_company
from orchestration.feature_watch import leak_probes, watch_features
from orchestration.features import Features, FeaturesOfAnotherDayError, read_features
from orchestration.landing import newest_calibration
from orchestration.modelling import (
    current_models,
    predict_day,
    write_predictions,
)
from orchestration.stages import StageTimes, listening
from orchestration.training import train_models

DAY = dt.date(2026, 6, 30)
LATER = dt.date(2026, 7, 7)
DAYS_7 = dt.timedelta(days=7)
NOTHING_LANDS = tables([], [])


def feature_tables(day: dt.date) -> Features:
    ledger = simulate_ledger(customers=200, months=24, as_of=day)
    months, outcomes, scoring = simulate_customer_months(150, monthly_rate=0.01)
    # A label is known of past months only; the scoring month moves on with the day.
    scoring = scoring.assign(as_of_date=pd.Timestamp(day), is_scoring=True)
    past = months[months["as_of_date"] < pd.Timestamp(DAY)]
    return Features(
        landmarks=pd.concat(
            [ledger.landmarks.assign(is_scoring=False), ledger.scoring.assign(is_scoring=True)],
            ignore_index=True,
        ),
        outcomes=ledger.outcomes,
        customer_months=pd.concat([past.assign(is_scoring=False), scoring], ignore_index=True),
        churn_outcomes=outcomes,
        landing_parts=NOTHING_LANDS.parts,
        contracted_invoices=NOTHING_LANDS.contracted,
        cash_received=NOTHING_LANDS.cash,
    )


def fill(company: Company, features: Features) -> None:
    with duckdb.connect(str(company.warehouse)) as connection:
        connection.execute("create schema if not exists features")
        for name, table in (
            ("feat_invoice_landmarks", features.landmarks),
            ("feat_invoice_outcomes", features.outcomes),
            ("feat_customer_months", features.customer_months),
            ("feat_churn_outcomes", features.churn_outcomes),
            ("feat_landing_parts", features.landing_parts),
            ("feat_contracted_invoices", features.contracted_invoices),
            ("feat_cash_received", features.cash_received),
        ):
            connection.register("_table", table)
            connection.execute(f"create or replace table features.{name} as from _table")


@pytest.fixture(scope="module")
def trained_home(tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("company")
    write_configuration(home, "Test")
    company = load_company(home / "encours.toml")
    fill(company, feature_tables(DAY))
    predict_day(company, DAY)
    return home


@pytest.fixture
def company(trained_home: Path, tmp_path: Path) -> Company:
    shutil.copytree(trained_home, tmp_path / "home")
    return load_company(tmp_path / "home" / "encours.toml")


def rows(company: Company, query: str) -> list[tuple]:
    with duckdb.connect(str(company.warehouse), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_the_first_day_trains_judges_and_scores(company: Company):
    folder = champion_folder(company, "time_to_pay", DAY)
    assert folder == model_home(company, "time_to_pay") / "2026-06-30"
    card = read_card(folder)
    assert card["promotion"]["decision"] == "promoted"
    assert card["promotion"]["note"] == "There was no champion yet."
    assert len(card["code_hash"]) == 64
    assert card["feature_reasons"]["days_to_due"].startswith("Days until the due date")
    assert "## Promotion" in (folder / "model_card.md").read_text()
    [(scored, versions)] = rows(
        company, "select count(*), count(distinct model_version) from ml.invoice_predictions"
    )
    assert scored > 100
    assert versions == 1


def test_a_day_before_the_first_training_has_no_champion(company: Company):
    assert champion_folder(company, "time_to_pay", DAY - dt.timedelta(days=1)) is None


def test_training_the_day_again_changes_nothing(company: Company):
    before = (model_home(company, "time_to_pay") / "champions.json").read_text()
    files = {
        path.name: path.read_bytes()
        for path in champion_folder(company, "time_to_pay", DAY).iterdir()
        if path.name != "loaded_apart"
    }
    train_models(company, read_features(company.warehouse, DAY), DAY)
    assert (model_home(company, "time_to_pay") / "champions.json").read_text() == before
    again = champion_folder(company, "time_to_pay", DAY)
    assert {name: (again / name).read_bytes() for name in files} == files


def test_a_challenger_that_is_not_shown_to_be_better_leaves_the_champion(company: Company):
    features = feature_tables(LATER)
    fill(company, features)
    trained = train_models(company, features, LATER)["time_to_pay"]
    promotion = trained.challenger.card["promotion"]
    assert promotion["decision"] == "kept"
    failed = [rule["name"] for rule in promotion["rules"]["challenger"] if not rule["passed"]]
    assert failed == ["beats_champion"]
    assert promotion["champion_version"] == trained.in_use.version
    assert champion_folder(company, "time_to_pay", LATER).name == "2026-06-30"
    assert (model_home(company, "time_to_pay") / "2026-07-07" / "model_card.md").exists()


def test_rows_the_champions_twin_has_seen_are_left_out(company: Company):
    """A champion whose twin was cut later than the challenger's: only rows after both count."""
    features = feature_tables(LATER)
    everything = train_models(company, features, LATER)["time_to_pay"].challenger.card["promotion"]
    twin = champion_before(company, "time_to_pay", LATER) / "twin.json"
    document = json.loads(twin.read_text())
    cutoff = dt.date.fromisoformat(document["cutoff"]) + dt.timedelta(days=34)
    rewrite(company, "twin.json", {**document, "cutoff": cutoff.isoformat()})
    later = train_models(company, features, LATER)["time_to_pay"].challenger.card["promotion"]
    assert 0 < later["rows"] < everything["rows"]


def rewrite(company: Company, name: str, document: dict) -> None:
    """Change a file of the champion as a careful hand would: with the hashes that fit."""
    import hashlib

    folder = champion_folder(company, "time_to_pay", DAY)
    (folder / name).write_text(json.dumps(document))
    digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    kept = [line for line in lines if not line.endswith(f"  {name}")]
    (folder / "SHA256SUMS").write_text("\n".join([*kept, f"{digest}  {name}"]) + "\n")
    path = model_home(company, "time_to_pay") / "champions.json"
    promotions = json.loads(path.read_text())
    promotions[-1]["sums_sha256"] = hashlib.sha256((folder / "SHA256SUMS").read_bytes()).hexdigest()
    path.write_text(json.dumps(promotions))


def test_a_leak_leaves_the_naive_forecast(company: Company):
    features = feature_tables(DAY)
    changes = pd.DataFrame(
        {
            "as_of_date": DAY,
            "model": "time_to_pay",
            "feature": ["customer_paid_count"],
            "compared": [1_000],
            "changed": [400],
        }
    )
    write_predictions(company.warehouse, {"feature_changes": changes}, DAY)
    trained = train_models(company, features, DAY, ["time_to_pay"])["time_to_pay"]
    assert trained.in_use.method == "customer_median"
    folder = champion_folder(company, "time_to_pay", DAY)
    assert folder.name == "2026-06-30-customer_median"
    assert load_model(folder).method == "customer_median"
    assert "customer_paid_count in 400 of 1000" in read_card(folder)["reason"]


def test_a_tampered_champion_stops_the_day_with_its_file_and_remedy(company: Company):
    path = champion_folder(company, "time_to_pay", DAY) / "model.json"
    path.write_text(path.read_text().replace("hazard", "hazzard", 1))
    with pytest.raises(ModelTamperedError, match=r"model.json: not the file .*encours train"):
        predict_day(company, DAY)


def test_training_again_replaces_a_tampered_champion(company: Company):
    path = champion_folder(company, "time_to_pay", DAY) / "model.json"
    path.write_text("{}")
    train_models(company, read_features(company.warehouse, DAY), DAY)
    assert predict_day(company, DAY)["invoice_predictions"] > 100


def test_a_champion_that_is_gone_or_swapped_is_named(company: Company):
    home = model_home(company, "time_to_pay")
    (home / "2026-06-30" / "SHA256SUMS").write_text("")
    with pytest.raises(ModelTamperedError, match="not the model that was promoted"):
        champion_folder(company, "time_to_pay", DAY)
    shutil.rmtree(home / "2026-06-30")
    with pytest.raises(ModelMissingError, match=r"2026-06-30: no such folder.*encours train"):
        champion_folder(company, "time_to_pay", DAY)
    (home / "champions.json").write_text("[{]")
    with pytest.raises(ModelTamperedError, match="not a list of champions"):
        champion_folder(company, "time_to_pay", DAY)


def test_a_champion_of_another_format_is_trained_again_and_said(company: Company):
    card = read_card(champion_folder(company, "time_to_pay", DAY))
    rewrite(company, "model_card.json", {**card, "format_version": 1})
    with listening(StageTimes()) as times:
        models, folders = current_models(company, read_features(company.warehouse, DAY), DAY)
    assert models["time_to_pay"].method == "hazard"
    assert read_card(folders["time_to_pay"])["format_version"] == 2
    [line] = times.remarks
    assert "saved in format 1, this version reads 2" in line
    assert line.endswith("Trained again now.")


def test_features_of_another_day_are_refused(company: Company):
    with pytest.raises(FeaturesOfAnotherDayError, match="of 2026-06-30, not of 2026-07-07"):
        read_features(company.warehouse, LATER)


def test_drift_is_written_for_every_feature_of_both_models(company: Company):
    found = dict(rows(company, "select model, count(*) from ml.model_drift group by model"))
    assert found == {
        "time_to_pay": len(INVOICE_NUMERIC) + len(INVOICE_CATEGORICAL),
        "churn": len(set(CUSTOMER_NUMERIC) - set(MONTH_BOUND)) + len(CUSTOMER_CATEGORICAL),
    }


def test_a_past_row_that_changed_is_found_on_the_next_day(company: Company):
    tables = feature_tables(DAY).by_model
    unchanged = watch_features(company.warehouse, tables, LATER)
    assert unchanged["compared"].max() > 500
    assert unchanged["changed"].sum() == 0
    landmarks = tables["time_to_pay"]
    landmarks["customer_paid_count"] = landmarks["customer_paid_count"] + 1
    changes = watch_features(company.warehouse, tables, LATER)
    write_predictions(company.warehouse, {"feature_changes": changes}, LATER)
    probes = leak_probes(company.warehouse, LATER)
    assert probes["churn"].passed
    assert not probes["time_to_pay"].passed
    assert "customer_paid_count in" in probes["time_to_pay"].detail
    # Said once: the next build is held against what the rows are now.
    assert watch_features(company.warehouse, tables, LATER + DAYS_7)["changed"].sum() == 0


def test_a_damaged_training_that_is_not_in_use_stops_nothing(company: Company):
    home = model_home(company, "time_to_pay")
    folder = champion_folder(company, "time_to_pay", DAY)
    method = read_card(folder)["method"]
    shutil.copytree(folder, home / "2026-07-05")
    (home / "2026-07-05" / "landing.json").write_text("{")
    found = newest_calibration(folder, method, LATER)
    assert found == newest_calibration(folder, method, DAY)
    assert found is not None


def test_other_sql_starts_the_comparison_again(company: Company, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("orchestration.feature_watch.features_hash", lambda: "other")
    tables = feature_tables(DAY).by_model
    assert watch_features(company.warehouse, tables, LATER)["compared"].max() == 0
