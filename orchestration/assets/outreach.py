"""Outreach: the policy as a source, and the day's lists and drafts.

Belongs here: assets around `outreach` and `orchestration.emitting`. Does not belong here: deciding
(dbt), rendering (`outreach`). Nothing is sent.
"""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import duckdb
import pyarrow as pa

from orchestration.emitting import emit_day, mark_emitted
from orchestration.publishing import PublicationError, published_day
from orchestration.resources import ONE_DAY_A_RUN, CompanyResource, as_of_date
from orchestration.stages import stage
from orchestration.warehouse import writing
from outreach.policy import DEFAULT_POLICY_PATH, load_policy, policy_rows

GROUP = "outreach"
POLICY_TABLES = ("steps", "settings")


def write_policy(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[str, int]:
    """Replace `raw_policy` by the rows of a policy file; rows by table.

    Raises:
        PolicyError: The policy cannot be used.
    """
    rows = policy_rows(load_policy(path))
    connection.execute("create schema if not exists raw_policy")
    for table in POLICY_TABLES:
        connection.register("_policy_rows", pa.Table.from_pylist(rows[table]))
        connection.execute(f"create or replace table raw_policy.{table} as from _policy_rows")
        connection.unregister("_policy_rows")
    return {table: len(rows[table]) for table in POLICY_TABLES}


def build_policy(partitions: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """The outreach policy as rows."""

    @dg.multi_asset(
        name="raw_policy",
        specs=[
            dg.AssetSpec(
                dg.AssetKey(["raw_policy", "steps"]),
                group_name=GROUP,
                description="One row per step of the scenario: offset from the due date, channel, tone, template.",
            ),
            dg.AssetSpec(
                dg.AssetKey(["raw_policy", "settings"]),
                group_name=GROUP,
                description="One row per setting of the policy: caps, quiet days, holds, value.",
            ),
        ],
        partitions_def=partitions,
        backfill_policy=ONE_DAY_A_RUN,
        pool="warehouse",
    )
    def raw_policy(company: CompanyResource) -> Iterator[dg.MaterializeResult]:
        with company.writer() as current, writing(current.warehouse) as connection:
            written = write_policy(connection, current.policy_path or DEFAULT_POLICY_PATH)
        for table, rows in written.items():
            yield dg.MaterializeResult(
                asset_key=dg.AssetKey(["raw_policy", table]),
                metadata={"dagster/row_count": rows},
            )

    return raw_policy


def build_emission(partitions: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """The files of a day."""

    @dg.asset(
        key=["out", "day"],
        group_name=GROUP,
        description="At-risk list (CSV, XLSX), digest, reminder drafts and the CFO's page. Nothing is sent.",
        deps=[dg.AssetKey(["published", "marts"])],
        kinds={"csv", "excel", "email"},
        partitions_def=partitions,
        backfill_policy=ONE_DAY_A_RUN,
        pool="warehouse",
    )
    def day(context: dg.AssetExecutionContext, company: CompanyResource) -> dg.MaterializeResult:
        business_date = as_of_date(context)
        with company.writer() as current, stage("Emit"):
            publication = published_day(current.published, business_date)
            if publication is None:
                raise PublicationError(
                    f"{business_date} has no publication. Run `encours run --as-of {business_date}`."
                )
            paths = emit_day(current, publication)
            mark_emitted(current, publication)
        digest = next(path for path in paths if path.name == "digest.txt")
        return dg.MaterializeResult(
            metadata={
                "folder": dg.MetadataValue.path(digest.parent),
                "files": len(paths),
                "drafts": sum(path.suffix == ".eml" for path in paths),
                "digest": dg.MetadataValue.md(f"```\n{digest.read_text(encoding='utf-8')}\n```"),
            }
        )

    return day
