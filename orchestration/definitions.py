"""What Dagster loads: fresh definitions for one company, built on call.

Belongs here: putting the parts together. Does not belong here: any part.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import dagster as dg

from orchestration.assets.delivery import build_alerts, build_delivery, build_inbox
from orchestration.assets.desk import build_desk
from orchestration.assets.identity import build_identity
from orchestration.assets.ingestion import build_raw_assets
from orchestration.assets.outreach import build_emission, build_policy
from orchestration.assets.publication import build_publication
from orchestration.assets.scoring import build_models, build_predictions
from orchestration.assets.transformation import build_dbt_assets
from orchestration.assets.yardsticks import build_yardsticks
from orchestration.checks.predictions import build_prediction_checks
from orchestration.checks.raw import build_raw_checks, build_staged_checks
from orchestration.config import default_config_path, load_company
from orchestration.dbt import ensure_manifest
from orchestration.jobs import (
    build_jobs,
    build_schedule,
    build_training_schedule,
    daily_partitions,
)
from orchestration.resources import CompanyResource
from orchestration.sensors import build_sensors
from orchestration.sources import build_sources


def build_definitions(config_path: Path, source_path: Path | None = None) -> dg.Definitions:
    """All definitions of the company a configuration describes.

    Args:
        config_path: Its `encours.toml`.
        source_path: Takes the place of `[sources.files] path`.

    Raises:
        ConfigError: The configuration cannot be used.
    """
    warnings.filterwarnings("ignore", category=dg.BetaWarning)
    company = load_company(config_path, source_path)
    partitions = daily_partitions(company)
    sources = build_sources(company)
    vendors = [source.name for source in sources if not source.entities]
    manifest = ensure_manifest(company.source_names)
    dbt_models = build_dbt_assets(manifest, partitions, company.source_names, vendors)
    marts = sorted(
        (key for model in dbt_models for key in model.keys if key.path[0] == "marts"),
        key=lambda key: key.to_user_string(),
    )
    checks = [
        *build_raw_checks(sources),
        *build_staged_checks(sources),
        *build_prediction_checks(),
    ]
    jobs = build_jobs()
    return dg.Definitions(
        assets=[
            *build_raw_assets(sources, partitions),
            build_identity(sources, partitions),
            build_policy(partitions),
            build_yardsticks(partitions),
            build_inbox(partitions),
            build_desk(partitions),
            *dbt_models,
            build_predictions(partitions),
            build_models(partitions),
            build_publication(marts, partitions, checks),
            build_emission(partitions),
            build_alerts(partitions),
            build_delivery(partitions),
        ],
        asset_checks=checks,
        jobs=jobs,
        schedules=[build_schedule(company, jobs), build_training_schedule(company, jobs)],
        sensors=build_sensors(jobs),
        resources={
            "company": CompanyResource(
                config_path=str(config_path.resolve()), source_path=str(source_path or "")
            ),
        },
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """The definitions of the company that `ENCOURS_CONFIG` or `ENCOURS_HOME` names."""
    return build_definitions(default_config_path())
