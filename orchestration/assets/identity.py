"""Identity: which parties of which sources are one customer.

Belongs here: the asset between what arrived and the models, and what it tells of itself. Does not
belong here: any matching (`connectors.identity`).
"""

from collections.abc import Iterator, Mapping, Sequence

import dagster as dg

from connectors.identity import PartySource, resolve
from connectors.source import Source
from orchestration.assets.ingestion import GROUP, raw_key
from orchestration.resources import ONE_DAY_A_RUN, CompanyResource
from orchestration.sources import identity_settings
from orchestration.stages import stage
from orchestration.warehouse import writing

TABLES = ("customer_links", "doubtful", "unmatched")
_DESCRIPTIONS = {
    "customer_links": "The customer of every party that has one, with method and confidence.",
    "doubtful": "Candidates that a person should decide on.",
    "unmatched": "Parties without a customer, and why.",
}


def _table(counts: Mapping[tuple[str, str], int], second: str) -> dg.MetadataValue:
    lines = [f"| source | {second} | parties |", "|---|---|---|"]
    lines += [f"| {source} | {name} | {count:,} |" for (source, name), count in counts.items()]
    return dg.MetadataValue.md("\n".join(lines))


def build_identity(
    sources: Sequence[Source], partitions: dg.PartitionsDefinition
) -> dg.AssetsDefinition:
    """The links between the parties of all sources."""
    parties = [PartySource(s.name, s.is_ledger, s.parties) for s in sources]

    @dg.multi_asset(
        name="identity",
        specs=[
            dg.AssetSpec(
                dg.AssetKey(["identity", name]),
                deps=[raw_key(source.name, table) for source in sources for table in source.tables],
                group_name=GROUP,
                description=_DESCRIPTIONS[name],
                kinds={"duckdb"},
            )
            for name in TABLES
        ],
        partitions_def=partitions,
        backfill_policy=ONE_DAY_A_RUN,
        pool="warehouse",
    )
    def identity(company: CompanyResource) -> Iterator[dg.MaterializeResult]:
        with (
            company.writer() as current,
            stage("Link"),
            writing(current.warehouse) as connection,
        ):
            resolution = resolve(connection, parties, identity_settings(current))
        counts = {
            "customer_links": (resolution.links, "method"),
            "doubtful": (resolution.doubtful, "reason"),
            "unmatched": (resolution.unmatched, "reason"),
        }
        for name, (count, second) in counts.items():
            yield dg.MaterializeResult(
                asset_key=dg.AssetKey(["identity", name]),
                metadata={
                    "parties": _table(count, second),
                    "dagster/row_count": sum(count.values()),
                    "notes": list(resolution.notes),
                },
            )

    return identity
