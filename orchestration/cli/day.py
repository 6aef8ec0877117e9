"""`encours run` and `encours train`: the jobs, their progress, their summary.

Belongs here: the order of jobs and what is shown of them. Does not belong here: jobs, figures.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from orchestration.cli.summary import print_summary, print_times
from orchestration.cli.trained import print_verdicts
from orchestration.config import Company
from orchestration.jobs import DAILY, EMIT, TRAIN
from orchestration.lock import writer_lock
from orchestration.publishing import current_publication, published_day
from orchestration.runs import DayFailedError, execute
from orchestration.stages import StageTimes, listening, stage

# Shown while they run; the stage names are those of `orchestration.stages`.
_WORDS = {
    "Prepare": "preparing the definitions",
    "Ingest": "reading the sources",
    "Check": "checking what arrived",
    "Transform": "building ledger, metrics and features",
    "Predict": "predicting payment dates and churn",
    "Decide": "holds, ranking, batch",
    "Publish": "auditing and publishing",
    "Emit": "writing lists and drafts",
    "Train": "training the models",
}


def run_day(
    company: Company, day: date, source_path: Path | None, console: Console, started: float
) -> None:
    """Run the daily and the emission job for one date and print what came of them.

    Args:
        company: The company.
        day: The business date.
        source_path: Takes the place of the configured source; None for that one.
        console: Where to print.
        started: `time.perf_counter()` at the start of the command.

    Raises:
        HeldError: Another run holds the company.
        DayFailedError: A step or a blocking check failed; the message also says what readers see.
    """
    with writer_lock(company.home, 0), _progress(console) as times:
        with stage("Prepare"):
            from orchestration.definitions import build_definitions

            definitions = build_definitions(company.config_path, source_path)
        try:
            execute(definitions, company, DAILY, day)
            execute(definitions, company, EMIT, day)
        except DayFailedError as error:
            seen = readers_see(company, datetime.now(company.timezone))
            raise DayFailedError(f"{error}\n{seen}") from error
    publication = published_day(company.published, day)
    if publication is None:
        raise DayFailedError(f"{day} was not published. The Dagster UI (encours ui) shows why.")
    print_summary(company, publication, console)
    _print_remarks(times, console)
    print_times(times, time.perf_counter() - started, console)


def readers_see(company: Company, now: datetime) -> str:
    """Which publication readers have after a day that failed, and how old it is.

    Args:
        company: The company.
        now: The present, in its time zone.
    """
    current = current_publication(company.published)
    if current is None:
        return "Nothing has been published yet."
    published_at = current.published_at.astimezone(now.tzinfo)
    return (
        f"Readers still see {current.as_of_date}, published {_age(now - published_at)} ago"
        f" ({published_at:%Y-%m-%d %H:%M})."
    )


def _age(age: timedelta) -> str:
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        count = int(age.total_seconds()) // length
        if count:
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return "less than a minute"


def run_training(company: Company, day: date, console: Console, started: float) -> None:
    """Train challengers on a date whose day has run, and print the verdicts of the gate."""
    with writer_lock(company.home, 0), _progress(console) as times:
        with stage("Prepare"):
            from orchestration.definitions import build_definitions

            definitions = build_definitions(company.config_path)
        execute(definitions, company, TRAIN, day)
    print_verdicts(company, day, console)
    _print_remarks(times, console)
    print_times(times, time.perf_counter() - started, console)


def _print_remarks(times: StageTimes, console: Console) -> None:
    for line in dict.fromkeys(times.remarks):
        console.print(f"[yellow]![/] {escape(line)}", highlight=False, soft_wrap=True)


@contextmanager
def _progress(console: Console) -> Iterator[StageTimes]:
    """A status line that follows the stages of the block."""
    with console.status("starting …") as status:
        current = ""

        def start(name: str) -> None:
            nonlocal current
            current = _WORDS.get(name, name)
            status.update(f"{current} …")

        def note(text: str) -> None:
            status.update(f"{current}: {text} …")

        with listening(StageTimes(on_start=start, on_note=note)) as times:
            yield times
