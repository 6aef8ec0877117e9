"""Great Expectations suites of the canonical entities, and what they find.

Belongs here: which expectations an entity has, running them on rows, the HTML data docs. Does not
belong here: which rows are asked (`checks.raw`), Dagster.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectors.contract import Entity
from connectors.validation import EARLIEST_YEAR, LATEST_YEAR, known_currencies
from orchestration.checks.data_docs import make_offline
from orchestration.checks.finding import Finding

if TYPE_CHECKING:
    import pandas as pd

# The later of two dates, entity by entity: an invoice due before it was issued is odd, not wrong.
_DATE_ORDER = {
    "invoices": ("due_date", "invoice_date"),
    "disputes": ("resolved_date", "raised_date"),
    "promises": ("promised_date", "made_date"),
    "opportunities": ("closed_date", "opened_date"),
    "tickets": ("closed_at", "opened_at"),
    "subscription_versions": ("valid_to", "valid_from"),
}
# Share of rows in which the order must hold.
_MOSTLY_IN_ORDER = 0.99
# A load may hold so much less or more than the median of the loads before it.
_VOLUME_FACTORS = (0.5, 3.0)


def suite_of(entity: Entity) -> list[Any]:
    """The suite of an entity, derived from the contract.

    Args:
        entity: Its rows come with one column a contract column, amounts as doubles, and `_load_id`.

    Returns:
        Expectations; those of severity `warning` do not stop the day.
    """
    import great_expectations.expectations as gxe
    from great_expectations.expectations.metadata_types import FailureSeverity

    names = [*entity.column_names, "_load_id"]
    suite: list[Any] = [gxe.ExpectTableColumnsToMatchSet(column_set=names, exact_match=True)]
    # Versions of a record differ in when they were recorded; one load holds a version once.
    suite.append(
        gxe.ExpectCompoundColumnsToBeUnique(
            column_list=[*entity.key, "recorded_at", "_load_id"], ignore_row_if="never"
        )
    )
    for column in entity.columns:
        name = column.name
        if column.is_required:
            suite.append(gxe.ExpectColumnValuesToNotBeNull(column=name))
        if column.domain:
            suite.append(
                gxe.ExpectColumnValuesToBeInSet(column=name, value_set=list(column.domain))
            )
        if column.type == "currency":
            codes = sorted(known_currencies())
            suite.append(gxe.ExpectColumnValuesToBeInSet(column=name, value_set=codes))
        if name in entity.no_negative or column.type == "rate":
            suite.append(gxe.ExpectColumnValuesToBeBetween(column=name, min_value=0))
        if column.type in ("date", "timestamp"):
            suite.append(
                gxe.ExpectColumnValuesToBeBetween(
                    column=name,
                    min_value=datetime(EARLIEST_YEAR, 1, 1),  # noqa: DTZ001
                    max_value=datetime(LATEST_YEAR, 12, 31),  # noqa: DTZ001
                )
            )
    if entity.name in _DATE_ORDER:
        later, earlier = _DATE_ORDER[entity.name]
        suite.append(
            gxe.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A=later,
                column_B=earlier,
                or_equal=True,
                ignore_row_if="either_value_is_missing",
                mostly=_MOSTLY_IN_ORDER,
                severity=FailureSeverity.WARNING,
            )
        )
    if entity.name == "payments":
        # Outgoing money is negative: a positive refund would be counted as cash in.
        suite.append(gxe.ExpectColumnValuesToBeBetween(column="outgoing_amount", max_value=0))
        suite[0] = gxe.ExpectTableColumnsToMatchSet(
            column_set=[*names, "outgoing_amount"], exact_match=True
        )
    return suite


def arrivals_suite(max_stale_days: int) -> list[Any]:
    """The suite of a source's loads, one row a table: what arrived adds up, is usual, is fresh.

    Args:
        max_stale_days: Days after which a ledger without a newer record is stale.

    Returns:
        Expectations on `unaccounted_rows`, `volume_ratio` (rows over the median of earlier loads) and
        `days_since_newest` (null for tables that may rest).
    """
    import great_expectations.expectations as gxe
    from great_expectations.expectations.metadata_types import FailureSeverity

    low, high = _VOLUME_FACTORS
    return [
        gxe.ExpectColumnValuesToBeInSet(column="unaccounted_rows", value_set=[0]),
        gxe.ExpectColumnValuesToBeBetween(
            column="volume_ratio", min_value=low, max_value=high, severity=FailureSeverity.WARNING
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="days_since_newest", max_value=max_stale_days, severity=FailureSeverity.WARNING
        ),
    ]


class Validator:
    """An ephemeral Great Expectations context whose results end as HTML data docs.

    Args:
        docs: Folder of the data docs.
    """

    def __init__(self, docs: Path) -> None:
        os.environ["GX_ANALYTICS_ENABLED"] = "false"
        import great_expectations as gx
        from great_expectations.data_context.types.base import ProgressBarsConfig

        self._docs = docs
        self._context = gx.get_context(mode="ephemeral")
        # Progress bars are for notebooks.
        self._context.variables.progress_bars = ProgressBarsConfig(globally=False)
        self._context.add_data_docs_site(
            site_name="encours",
            site_config={
                "class_name": "SiteBuilder",
                "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
                "store_backend": {
                    "class_name": "TupleFilesystemStoreBackend",
                    "base_directory": str(docs),
                },
            },
        )

    def validate(
        self, source: str, table: str, batches: Iterable[pd.DataFrame], suite: list[Any]
    ) -> Finding:
        """Ask every batch of a table's rows.

        Args:
            source: Name of the source.
            table: Name of the table.
            batches: Its rows, in parts that fit into memory.
            suite: Expectations.
        """
        import great_expectations as gx

        name = f"{source}.{table}"
        asset = self._context.data_sources.add_pandas(name).add_dataframe_asset(table)
        definition = self._context.validation_definitions.add(
            gx.ValidationDefinition(
                name=name,
                data=asset.add_batch_definition_whole_dataframe("arrived"),
                suite=self._context.suites.add(gx.ExpectationSuite(name=name, expectations=suite)),
            )
        )
        rows = 0
        broken: list[str] = []
        odd: list[str] = []
        for batch in batches:
            rows += len(batch)
            result = definition.run(
                batch_parameters={"dataframe": batch}, result_format={"result_format": "BASIC"}
            )
            for outcome in result.results:
                if not outcome.success:
                    config: Any = outcome.expectation_config
                    is_odd = config.severity.value == "warning"
                    (odd if is_odd else broken).append(_in_words(outcome))
        return Finding(source, table, rows, len(suite), tuple(broken), tuple(odd))

    def write_docs(self, findings: Sequence[Finding]) -> None:
        """Write the data docs of everything validated so far, in place of the last ones.

        Where no table had anything new the last ones stay.

        Args:
            findings: What was found, in the order of the index.
        """
        if not any(finding.rows for finding in findings if not finding.table.startswith("_")):
            return
        shutil.rmtree(self._docs, ignore_errors=True)
        self._context.build_data_docs(site_names=["encours"])
        make_offline(self._docs, findings)


def _in_words(outcome: Any) -> str:
    """A broken expectation without any value of a row: rows may name persons."""
    config, result = outcome.expectation_config, outcome.result
    columns = config.kwargs.get("column") or ", ".join(
        str(config.kwargs[key])
        for key in ("column_A", "column_B", "column_list")
        if key in config.kwargs
    )
    count = result.get("unexpected_count", result.get("observed_value"))
    raised = [info["exception_message"] for info in _exceptions(outcome.exception_info)]
    return f"{config.type} on {columns or 'the table'}: {raised[0] if raised else count}"


def _exceptions(info: Any) -> list[dict[str, Any]]:
    if not isinstance(info, dict):
        return []
    found = [info] if info.get("raised_exception") else []
    return found + [v for v in info.values() if isinstance(v, dict) and v.get("raised_exception")]
