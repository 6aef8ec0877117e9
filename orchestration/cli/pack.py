"""`encours pack`: the cockpit of a published day as PDF.

Belongs here: which day, where the file goes, what is said. Does not belong here: what is in it
(`dashboard.pack`).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from orchestration.config import Company
from orchestration.emitting import PACK
from orchestration.lock import writer_lock
from orchestration.publishing import (
    PublicationError,
    current_publication,
    published_day,
    published_days,
)


def make_pack(company: Company, day: date | None) -> Path:
    """Write `out/<date>/month_end_pack.pdf` of a published day, whichever day of the month it is.

    Args:
        company: The company.
        day: The business date; None for the newest published.

    Returns:
        The file.

    Raises:
        PublicationError: The day is not published, its publication cannot be read, or this machine
            cannot make a PDF.
        HeldError: A run holds the company and may be writing the same folder.
    """
    import dashboard

    published = company.published
    publication = published_day(published, day) if day else current_publication(published)
    if publication is None:
        raise PublicationError(_absent(published, day))
    target = company.out / publication.as_of_date.isoformat() / PACK
    try:
        with writer_lock(company.home, 0):
            return dashboard.write_pack(
                publication.database,
                publication.as_of_date,
                company.config.company.name,
                company.config.company.locale,
                target,
            )
    except dashboard.PaperError as error:
        raise PublicationError(f"No pack can be made on this machine: {error}.") from error
    except dashboard.PublicationError as error:
        raise PublicationError(str(error)) from error


def _absent(published: Path, day: date | None) -> str:
    kept = ", ".join(str(one.as_of_date) for one in published_days(published))
    if day is None or not kept:
        return "No day is published yet. Run `encours run` first."
    return f"{day} is not published; kept are {kept}. Run `encours run --as-of {day}` first."
