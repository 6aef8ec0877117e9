"""Jobs, the daily schedule and the sensor: what runs, when, and upon what.

Belongs here: selections and triggers. Does not belong here: assets, logic. Business idempotency
lives in folders and tables, never in a run key.
"""

from typing import Any

import dagster as dg

from orchestration.config import Company, first_partition
from orchestration.emitting import is_emitted
from orchestration.publishing import Publication, published_days
from orchestration.resources import CompanyResource

DAILY, EMIT, TRAIN = "daily", "emit", "train"

# A day whose files cannot be written is tried this often, then left to a person.
ATTEMPTS = 3
PUBLICATION_TAG = "encours/publication"


def daily_partitions(company: Company) -> dg.DailyPartitionsDefinition:
    """One partition a business date, today's included, in the company's time zone."""
    return dg.DailyPartitionsDefinition(
        start_date=first_partition(company).isoformat(),
        timezone=company.config.company.timezone,
        end_offset=1,
    )


def build_jobs() -> list[Any]:
    """The whole day up to its publication; the emission of its files; training."""
    emission = dg.AssetSelection.assets(["out", "day"])
    training = dg.AssetSelection.assets(["models", "trained"])
    return [
        dg.define_asset_job(
            DAILY,
            selection=dg.AssetSelection.all() - emission - training,
            description="Ingest, check, transform, score, decide and publish one business date.",
            executor_def=dg.in_process_executor,
        ),
        dg.define_asset_job(
            EMIT,
            selection=emission,
            description="Write lists, digest and drafts of a published date. Nothing is sent.",
            executor_def=dg.in_process_executor,
        ),
        dg.define_asset_job(
            TRAIN,
            selection=training,
            description="Train challengers on what was known by a date whose day has run; the gate decides.",
            executor_def=dg.in_process_executor,
        ),
    ]


def build_schedule(company: Company, jobs: list[Any]) -> dg.ScheduleDefinition:
    """The daily job, every morning, for the date it runs on."""
    daily = next(job for job in jobs if job.name == DAILY)

    @dg.schedule(
        job=daily,
        cron_schedule=f"0 {company.config.run.schedule_hour} * * *",
        execution_timezone=company.config.company.timezone,
        name="every_morning",
        description="Runs the day in the morning of its own date.",
    )
    def every_morning(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        day = context.scheduled_execution_time.astimezone(company.timezone).date()
        return dg.RunRequest(partition_key=(company.config.run.as_of_date or day).isoformat())

    return every_morning


def build_training_schedule(company: Company, jobs: list[Any]) -> dg.ScheduleDefinition:
    """The training job, once a week, on the last day that has run."""
    train, settings = next(job for job in jobs if job.name == TRAIN), company.config.train

    @dg.schedule(
        job=train,
        cron_schedule=f"0 {settings.hour} * * {settings.weekday[:3]}",
        execution_timezone=company.config.company.timezone,
        name="every_week",
        description="Trains challengers on the last published day; the gate decides who scores.",
    )
    def every_week(
        context: dg.ScheduleEvaluationContext, company: CompanyResource
    ) -> dg.RunRequest | dg.SkipReason:
        publications = published_days(company.load().published)
        if not publications:
            return dg.SkipReason("No day has run yet. Materialize the daily job.")
        return dg.RunRequest(partition_key=publications[-1].as_of_date.isoformat())

    return every_week


def build_sensor(jobs: list[Any]) -> dg.SensorDefinition:
    """Emits a scored and published day whose files are not written yet, and only once."""
    emit = next(job for job in jobs if job.name == EMIT)

    @dg.sensor(
        job=emit,
        name="scored_day_without_lists",
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="A published day without its lists: emits at-risk list, digest and reminder drafts.",
    )
    def scored_day_without_lists(
        context: dg.SensorEvaluationContext, company: CompanyResource
    ) -> list[dg.RunRequest] | dg.SkipReason:
        current = company.load()
        publications = published_days(current.published)
        if not publications:
            return dg.SkipReason("Nothing is published yet. Materialize the daily job.")
        waiting = [day for day in publications if not is_emitted(current, day)]
        if not waiting:
            return dg.SkipReason(f"The lists of {publications[-1].as_of_date} are written.")
        requests = [
            request for day in waiting if (request := _emission_request(context.instance, day))
        ]
        return requests or dg.SkipReason(
            f"{waiting[-1].as_of_date} is being written, or failed {ATTEMPTS} times: see its runs."
        )

    return scored_day_without_lists


def _emission_request(instance: dg.DagsterInstance, day: Publication) -> dg.RunRequest | None:
    """Ask for a day's files, unless a run is at it or three runs failed on this publication.

    The key keeps two ticks from asking twice; `is_emitted` decides whether there is anything to do.
    """
    runs = instance.get_runs(dg.RunsFilter(job_name=EMIT, tags={PUBLICATION_TAG: day.folder.name}))
    if len(runs) >= ATTEMPTS or any(not run.is_finished for run in runs):
        return None
    return dg.RunRequest(
        run_key=f"{day.folder.name}:{len(runs)}",
        partition_key=day.as_of_date.isoformat(),
        tags={PUBLICATION_TAG: day.folder.name},
    )
