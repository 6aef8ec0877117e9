"""Scoring: predictions of the day, and the models they come from.

Belongs here: assets around `orchestration.modelling`. Does not belong here: model code.
"""

from collections.abc import Iterator

import dagster as dg

from orchestration.features import read_features
from orchestration.modelling import predict_day
from orchestration.resources import ONE_DAY_A_RUN, CompanyResource, as_of_date
from orchestration.stages import stage
from orchestration.training import train_models
from orchestration.training_views import training_metadata

GROUP = "scoring"
FEATURES = (
    "feat_invoice_landmarks",
    "feat_invoice_outcomes",
    "feat_customer_months",
    "feat_churn_outcomes",
    "feat_landing_parts",
    "feat_contracted_invoices",
    "feat_cash_received",
)
_DESCRIPTIONS = {
    "invoice_predictions": "When each open invoice is paid: P10, P50, P90 date and the chance by 7 to 60 days.",
    "churn_predictions": "The chance that each paying customer's MRR is gone in 31 to 120 days.",
    "landing_forecasts": "What lands by each week and month end: P10, P50, P90 and expectation, line by line.",
    "landing_months": "The same for past months, remade from what was known on their first mornings.",
    "model_evaluations": "How the models did on later, unseen outcomes, baselines beside them.",
    "model_drift": "How far the rows scored are from those trained on, by feature (PSI).",
}


def ml_key(table: str) -> dg.AssetKey:
    """Asset key of a table of predictions."""
    return dg.AssetKey(["ml", table])


def build_predictions(partitions: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """Tables `ml.*` of one day."""

    @dg.multi_asset(
        name="predictions",
        specs=[
            dg.AssetSpec(
                ml_key(table),
                group_name=GROUP,
                description=description,
                deps=[dg.AssetKey(["features", feature]) for feature in FEATURES],
                kinds={"xgboost", "duckdb"},
            )
            for table, description in _DESCRIPTIONS.items()
        ],
        partitions_def=partitions,
        backfill_policy=ONE_DAY_A_RUN,
        pool="warehouse",
    )
    def predictions(
        context: dg.AssetExecutionContext, company: CompanyResource
    ) -> Iterator[dg.MaterializeResult]:
        day = as_of_date(context)
        with company.writer() as current, stage("Predict"):
            written = predict_day(current, day)
        for table, rows in written.items():
            yield dg.MaterializeResult(
                asset_key=ml_key(table), metadata={"dagster/row_count": rows}
            )

    return predictions


def build_models(partitions: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """The trained models of a date; their own, slower job."""

    @dg.asset(
        key=["models", "trained"],
        group_name=GROUP,
        description="Time-to-pay and churn models with their cards, trained on what was known by the date.",
        deps=[dg.AssetKey(["features", feature]) for feature in FEATURES],
        kinds={"xgboost"},
        partitions_def=partitions,
        backfill_policy=ONE_DAY_A_RUN,
        pool="warehouse",
    )
    def trained(
        context: dg.AssetExecutionContext, company: CompanyResource
    ) -> dg.MaterializeResult:
        day = as_of_date(context)
        with company.writer() as current, stage("Train"):
            trained = train_models(current, read_features(current.warehouse, day), day)
        return dg.MaterializeResult(metadata=training_metadata(trained))

    return trained
