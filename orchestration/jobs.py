"""Jobs, the daily schedule and the sensor: what runs, when, and upon what.

Belongs here: selections and triggers. Does not belong here: assets, logic. Business idempotency
lives in folders and tables, never in a run key.
"""

from typing import Any

import dagster as dg

from orchestration.config import Company
from orchestration.emitting import is_emitted
from orchestration.publishing import current_publication
from orchestration.resources import CompanyResource

DAILY, EMIT, TRAIN = "daily", "emit", "train"


def daily_partitions(company: Company) -> dg.DailyPartitionsDefinition:
    """One partition a business date, today's included, in the company's time zone."""
    run = company.config.run
    first = min(run.first_day, run.as_of_date) if run.as_of_date else run.first_day
    return dg.DailyPartitionsDefinition(
        start_date=first.isoformat(), timezone=company.config.company.timezone, end_offset=1
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
            description="Train time-to-pay and churn on what was known by a date whose day has run.",
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
    ) -> dg.RunRequest | dg.SkipReason:
        current = company.load()
        publication = current_publication(current.published)
        if publication is None:
            return dg.SkipReason("Nothing is published yet. Materialize the daily job.")
        day = publication.as_of_date.isoformat()
        if is_emitted(current, publication):
            return dg.SkipReason(f"The lists of {day} are written.")
        # The key only keeps two ticks from asking twice; `is_emitted` decides.
        return dg.RunRequest(run_key=publication.folder.name, partition_key=day)

    return scored_day_without_lists
