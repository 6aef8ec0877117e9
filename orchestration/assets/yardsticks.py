"""Targets and benchmarks of the configuration as a source.

Belongs here: the asset around `orchestration.yardsticks`. Does not belong here: what may be entered
(`config_targets`), what is made of it (dbt).
"""

from collections.abc import Iterator

import dagster as dg

from orchestration.assets.ingestion import GROUP
from orchestration.resources import ONE_DAY_A_RUN, CompanyResource
from orchestration.warehouse import writing
from orchestration.yardsticks import YARDSTICK_TABLES, write_yardsticks


def build_yardsticks(partitions: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """What the company means to reach, and how others do, as rows."""

    @dg.multi_asset(
        name="raw_company",
        specs=[
            dg.AssetSpec(
                dg.AssetKey(["raw_company", table]), group_name=GROUP, description=description
            )
            for table, (description, _) in YARDSTICK_TABLES.items()
        ],
        partitions_def=partitions,
        backfill_policy=ONE_DAY_A_RUN,
        pool="warehouse",
    )
    def raw_company(company: CompanyResource) -> Iterator[dg.MaterializeResult]:
        with company.writer() as current, writing(current.warehouse) as connection:
            written = write_yardsticks(connection, current.config)
        for table, rows in written.items():
            yield dg.MaterializeResult(
                asset_key=dg.AssetKey(["raw_company", table]),
                metadata={"dagster/row_count": rows},
            )

    return raw_company
