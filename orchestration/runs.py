"""A Dagster job in this process, with its run in the company's history.

Belongs here: the instance's home, executing a job, and turning what went wrong into one line. Does
not belong here: what jobs do.
"""

from __future__ import annotations

import json
import logging
import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.config import Company
from orchestration.history import held_open

if TYPE_CHECKING:
    import dagster as dg

_DAGSTER_YAML = """\
nux:
  enabled: false
telemetry:
  enabled: false
# One writer: one slot for everything that writes the warehouse.
# … and one run at a time: steps of two dates must not mix.
concurrency:
  runs:
    max_concurrent_runs: 1
  pools:
    default_limit: 1
    granularity: op
run_monitoring:
  enabled: true
  free_slots_after_run_end_seconds: 120
event_log_storage:
  module: orchestration.event_log
  class: KeptOpenEventLog
  config:
    base_dir: {history}
"""


# Which process runs a day, so that a killed one can be told from a running one.
PROCESS_TAG = "encours/process"


class DayFailedError(Exception):
    """A run ended with failed checks or a failed step; the message says which and what to do."""


def quiet_environment() -> None:
    """Telemetry of every tool off, before any of them is imported."""
    os.environ["DO_NOT_TRACK"] = "1"
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"


def prepare_dagster_home(company: Company) -> Path:
    """Write the instance's configuration where absent or older than this version."""
    company.dagster_home.mkdir(parents=True, exist_ok=True)
    settings = company.dagster_home / "dagster.yaml"
    # Where Dagster's own storage keeps it, as text that YAML reads as text whatever the path holds.
    history = json.dumps(str((company.dagster_home / "history" / "runs").resolve()))
    wanted = _DAGSTER_YAML.replace("{history}", history)
    if not settings.exists() or settings.read_text(encoding="utf-8") != wanted:
        settings.write_text(wanted, encoding="utf-8")
    return company.dagster_home


def execute(definitions: dg.Definitions, company: Company, job: str, day: date) -> None:
    """Run a job for one business date in this process.

    Raises:
        DayFailedError: A check failed, or a step did; SourceError, PolicyError and the like come
            through as they are.
    """
    import dagster as dg

    logging.getLogger("dagster").setLevel(logging.ERROR)
    settings = str(prepare_dagster_home(company))
    with held_open(), dg.DagsterInstance.from_config(settings) as instance:
        _end_dead_runs(instance)
        result = definitions.resolve_job_def(job).execute_in_process(
            partition_key=day.isoformat(),
            instance=instance,
            raise_on_error=False,
            tags={PROCESS_TAG: str(os.getpid())},
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
    failed_checks = [
        check
        for check in result.get_asset_check_evaluations()
        if not check.passed and check.blocking
    ]
    if failed_checks:
        raise DayFailedError("\n".join(_explained_check(check) for check in failed_checks))
    if not result.success:
        raise DayFailedError(_explained_failure(result))


def _end_dead_runs(instance: dg.DagsterInstance) -> None:
    """End runs whose process was killed, and free the pool slot they would hold for ever."""
    import dagster as dg

    for run in instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])):
        process = run.tags.get(PROCESS_TAG)
        if process and not _is_alive(int(process)):
            instance.report_run_failed(run, f"Process {process} was killed.")
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _explained_check(check: dg.AssetCheckEvaluation) -> str:
    details = ", ".join(
        f"{name} {value.value}" for name, value in check.metadata.items() if value.value is not None
    )
    table = ".".join(check.asset_key.path)
    return (
        f"Check '{check.check_name}' failed on {table}: {details[:300]}."
        " Nothing was published; correct and run again (`encours desk quarantine` lists rows set aside)."
    )


# Errors whose message is already written for the person who runs the day.
_PLAIN_ERRORS = {
    "SourceError",
    "PolicyError",
    "ConfigError",
    "HeldError",
    "PublicationError",
    "DayFailedError",
    "DbtError",
    "ModelMissingError",
    "ModelTamperedError",
    "ModelVersionError",
    "ModelUnusableError",
    "FeaturesOfAnotherDayError",
}


def _explained_failure(result: dg.ExecuteInProcessResult) -> str:
    for event in result.all_events:
        if event.is_step_failure and event.step_failure_data.error:
            error = event.step_failure_data.error
            cause = error.cause or error
            kind = (cause.cls_name or "").split(".")[-1]
            # Dagster writes "module.Class: message".
            message = str(cause.message).strip().split(f"{kind}: ", 1)[-1].splitlines()[0]
            if kind in _PLAIN_ERRORS:
                return message
            return f"Step '{event.step_key}' failed: {kind}: {message}"
    return "The run failed; its history in the Dagster UI says where."
