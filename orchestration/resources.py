"""What assets are given: the company they work for, its published day, their moment.

Belongs here: Dagster resources. Does not belong here: the configuration's shape (`config`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg

from orchestration.config import Company, load_company
from orchestration.lock import writer_lock
from orchestration.publishing import Publication, PublicationError, published_day

# A run started in the UI waits for one started on the command line.
LOCK_WAIT_SECONDS = 600.0

# A day builds on the day before: a backfill takes its dates one by one.
ONE_DAY_A_RUN = dg.BackfillPolicy.multi_run()


class CompanyResource(dg.ConfigurableResource):
    """A company, by its configuration file.

    Attributes:
        config_path: Path of the `encours.toml`.
        source_path: Takes the place of `[sources.files] path`; empty for none.
    """

    config_path: str
    source_path: str = ""

    def load(self) -> Company:
        """The validated configuration and its home folder.

        Raises:
            ConfigError: The configuration cannot be used.
        """
        return load_company(
            Path(self.config_path), Path(self.source_path) if self.source_path else None
        )

    @contextmanager
    def writer(self) -> Iterator[Company]:
        """The company with its writer lock held."""
        company = self.load()
        with writer_lock(company.home, LOCK_WAIT_SECONDS):
            yield company


def as_of_date(context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> date:
    """The business date of a run: its daily partition."""
    run = context.run if hasattr(context, "run") else context.op_execution_context.run
    return date.fromisoformat(run.tags["dagster/partition"])


def load_time(context: dg.AssetExecutionContext) -> datetime:
    """UTC time at which the run was created: when the pipeline learned a fact, never a business date."""
    record = context.instance.get_run_record_by_id(context.run.run_id)
    if record is None:
        raise LookupError(f"Run {context.run.run_id} is not in the instance's history.")
    return record.create_timestamp.astimezone(UTC).replace(tzinfo=None, microsecond=0)


def moment(context: dg.AssetExecutionContext) -> datetime:
    """When the run was created, as an aware UTC moment."""
    return load_time(context).replace(tzinfo=UTC)


def require_published(company: Company, context: dg.AssetExecutionContext) -> Publication:
    """The publication of the run's date.

    Raises:
        PublicationError: The date has none.
    """
    day = as_of_date(context)
    publication = published_day(company.published, day)
    if publication is None:
        raise PublicationError(f"{day} has no publication. Run `encours run --as-of {day}`.")
    return publication
