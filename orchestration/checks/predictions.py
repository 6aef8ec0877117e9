"""Checks on predictions: in range, ordered, complete.

Belongs here: what must hold of any prediction before a decision reads it. Does not belong here:
how good a model is (`models_ml.evaluation`).
"""

from collections.abc import Iterator

import dagster as dg
import duckdb

from orchestration.assets.scoring import ml_key
from orchestration.resources import CompanyResource, as_of_date
from orchestration.warehouse import reading

_PROBABILITIES = (
    "p_paid_7d",
    "p_paid_14d",
    "p_paid_30d",
    "p_paid_60d",
    "p_paid_by_month_end",
    "p_unpaid_120d",
)

# Each query counts the rows of one day that break the rule in its name.
_INVOICE_RULES = {
    "probabilities_in_range": "select count(*) from ml.invoice_predictions where as_of_date = $day and ("
    + " or ".join(f"not ({name} between 0 and 1)" for name in _PROBABILITIES)
    + ")",
    "quantiles_in_order": "select count(*) from ml.invoice_predictions where as_of_date = $day"
    " and (p10_date > p50_date or p50_date > p90_date or p10_date < as_of_date"
    " or p_paid_7d > p_paid_14d or p_paid_14d > p_paid_30d or p_paid_30d > p_paid_60d)",
    "every_open_invoice_is_predicted": "select count(*) from (select distinct invoice_id from marts.fct_open_items"
    " where as_of_date = $day and open_amount > 0) as open_items"
    " anti join (select invoice_id from ml.invoice_predictions where as_of_date = $day) using (invoice_id)",
}
_CHURN_RULES = {
    "probabilities_in_range": "select count(*) from ml.churn_predictions where as_of_date = $day"
    " and not (p_churn between 0 and 1)",
}


def broken_rows(connection: duckdb.DuckDBPyConnection, query: str, day: str) -> int:
    """Rows of a day that break a rule."""
    return int(connection.execute(query, {"day": day}).fetchall()[0][0])


def build_prediction_checks() -> list[dg.AssetChecksDefinition]:
    """The checks on `ml` tables; a failed one stops decisions."""
    rules = {
        **{("invoice_predictions", name): query for name, query in _INVOICE_RULES.items()},
        **{("churn_predictions", name): query for name, query in _CHURN_RULES.items()},
    }

    @dg.multi_asset_check(
        name="prediction_rules",
        specs=[
            dg.AssetCheckSpec(
                name,
                asset=ml_key(table),
                blocking=True,
                description=name.replace("_", " ").capitalize(),
            )
            for table, name in rules
        ],
        pool="warehouse",
    )
    def prediction_rules(
        context: dg.AssetCheckExecutionContext, company: CompanyResource
    ) -> Iterator[dg.AssetCheckResult]:
        day = as_of_date(context).isoformat()
        with company.writer() as current, reading(current.warehouse) as connection:
            for (table, name), query in rules.items():
                count = broken_rows(connection, query, day)
                yield dg.AssetCheckResult(
                    passed=count == 0,
                    asset_key=ml_key(table),
                    check_name=name,
                    metadata={"broken rows": count},
                )

    return [prediction_rules]
