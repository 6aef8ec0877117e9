"""A dbt run inside this process, its results as Dagster events.

Belongs here: invoking dbt on the manifest that was parsed once. Does not belong here: what is
passed to it (`orchestration.dbt`), the assets (`assets.transformation`).

The command-line route of dagster-dbt starts an interpreter, imports dbt and parses the project
again for each invocation; a day has two. Here dbt runs on the parsed manifest, with dagster-dbt's
own translation of its events.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster_dbt.asset_utils import get_updated_cli_invocation_params_for_context
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage

from orchestration.config import Company
from orchestration.dbt import (
    FOLDERS,
    Translator,
    dbt_variables,
    manifest_folder,
    warehouse_environment,
)

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult

_RESULTS = {"LogModelResult", "LogSeedResult", "LogSnapshotResult", "LogTestResult", "NodeFinished"}


class DbtError(Exception):
    """A dbt run ended with an error that no asset check shows; the message is dbt's, in one line."""


def build(
    context: dg.AssetExecutionContext,
    company: Company,
    day: date,
    note: Callable[[str], None],
    indirect_selection: str | None = None,
) -> Iterator[Any]:
    """Build the models and run the data tests an asset step is asked for.

    Args:
        context: The step; its selection decides which models are built.
        company: Whose warehouse is written.
        day: The business date.
        note: Called with the name of each model as it is finished.
        indirect_selection: Which tests on several models are run; None for dagster-dbt's choice.

    Yields:
        Outputs of models and results of tests, once dbt has closed the warehouse.

    Raises:
        DbtError: A model broke, a data test failed, or dbt could not run at all.
    """
    parameters = get_updated_cli_invocation_params_for_context(context, {}, Translator())
    events: list[DbtCoreCliEventMessage] = []

    def keep(event: Any) -> None:
        if event.info.name in _RESULTS:
            from google.protobuf.json_format import MessageToDict

            raw = MessageToDict(event, preserving_proto_field_name=True)
            events.append(DbtCoreCliEventMessage(raw_event=raw, event_history_metadata={}))
            note(raw["data"].get("node_info", {}).get("node_name", ""))

    target = company.home / "dbt"
    result = _invoke(
        company,
        day,
        list(parameters.selection_args),
        indirect_selection or parameters.indirect_selection,
        target,
        keep,
    )
    for event in events:
        yield from event.to_default_asset_events(
            manifest=parameters.manifest,
            dagster_dbt_translator=parameters.dagster_dbt_translator,
            context=context,
            target_path=target,
        )
    if broken := _errors(result, context):
        raise DbtError(broken)


def refuse_missing_rates(company: Company) -> None:
    """Hold records without an exchange rate to the same limit as rows in quarantine.

    Raises:
        DbtError: More than `[run] max_quarantined_share` of an entity has no rate into the reporting
            currency; the message names entity, currencies and remedy.
    """
    import duckdb

    with duckdb.connect(str(company.warehouse), read_only=True) as connection:
        entities = connection.execute(
            "select suspense.entity, sum(record_count), any_value(kept.records) + sum(record_count),"
            " string_agg(distinct currency, ', ' order by currency) from marts.fct_suspense as suspense"
            " inner join (select 'invoices' as entity, count(*) as records from intermediate.int_invoices_unioned"
            " union all select 'payments', count(*) from intermediate.int_payments_unioned"
            " union all select 'credit_notes', count(*) from intermediate.int_credit_notes_unioned) as kept"
            " on suspense.entity = kept.entity where reason = 'missing_exchange_rate'"
            " group by suspense.entity order by 2 desc, 1"
        ).fetchall()
    limit = company.config.run.max_quarantined_share
    for entity, missing, records, currencies in entities:
        if missing > limit * records:
            target = company.config.company.reporting_currency
            raise DbtError(
                f"{missing} of {records} {entity.replace('_', ' ')} have no exchange rate from {currencies}"
                f" to {target}, above max_quarantined_share {limit}. Add these rates to fx_rates, or raise"
                " the share under [run] in encours.toml."
            )


def _invoke(
    company: Company,
    day: date,
    selection: list[str],
    indirect_selection: str | None,
    target: Path,
    callback: Callable[[Any], None],
) -> dbtRunnerResult:
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest

    warehouse_environment(company)
    folder = manifest_folder(company.source_names)
    parsed = (folder / "partial_parse.msgpack").read_bytes()
    arguments = ["--quiet", "build", *FOLDERS, "--exclude-resource-type", "unit_test", *selection]
    arguments += [
        "--target-path",
        str(target),
        "--log-path",
        str(target),
        "--log-level-file",
        "none",
    ]
    arguments += ["--vars", json.dumps(dbt_variables(company, day))]
    if indirect_selection:
        arguments += ["--indirect-selection", indirect_selection]
    try:
        return dbtRunner(manifest=Manifest.from_msgpack(parsed), callbacks=[callback]).invoke(
            arguments
        )
    finally:
        DuckDBConnectionManager.close_all_connections()


def _errors(result: dbtRunnerResult, context: dg.AssetExecutionContext) -> str:
    """What keeps the day from going on, in one line: a broken model or a failed invariant.

    dagster-dbt makes no asset check of a test on several models, and dbt skips what stands behind a
    failed one. Either would let a day be published that does not tie.
    """
    if result.exception:
        return " ".join(str(result.exception).split())
    outcomes = getattr(result.result, "results", [])
    for status in ("error", "fail"):
        for outcome in outcomes:
            if str(outcome.status) == status:
                kind = "invariant " if status == "fail" else ""
                return f"{kind}{outcome.node.name}: {' '.join(str(outcome.message).split())}"
    context.log.info(f"dbt finished {len(outcomes)} models and tests.")
    return ""
