"""Sending for one company: its desk, its zone, its newest publication.

Belongs here: what `outreach.delivery` is told of a company. Does not belong here: what may leave
(`outreach.desk`), how (`outreach.delivery`), filling the outbox (`queueing`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from orchestration.config import Company
from orchestration.publishing import current_publication
from outreach.delivery.sending import SendReport, send_pending
from outreach.desk.approvals import Waiting, waiting
from outreach.desk.store import desk


def send(company: Company, clock: Callable[[], datetime]) -> SendReport:
    """Send what may leave now; in a dry run say what would.

    Args:
        company: The company.
        clock: The moment, asked before each message.

    Raises:
        SenderRunningError: Another process is sending.
        sqlite3.Error: The desk cannot be read or written.
    """
    return send_pending(
        company.desk,
        company.config.delivery,
        clock,
        zone=company.timezone,
        newest_publication=lambda: _newest_name(company),
    )


def listed(company: Company, connection: sqlite3.Connection, now: datetime) -> list[Waiting]:
    """Every message that has not ended, with what it waits for; unknown outcomes first."""
    return waiting(
        connection,
        company.config.delivery,
        now,
        company.timezone,
        lambda: _newest_name(company),
    )


def ready_messages(company: Company, now: datetime) -> list[str]:
    """Numbers of the pending messages that nothing keeps from leaving now."""
    if not company.desk.exists():
        return []
    with desk(company.desk) as connection:
        found = listed(company, connection, now)
    return [str(row.message_no) for row in found if row.state == "pending" and row.reason is None]


def write_letters(
    company: Company, connection: sqlite3.Connection, numbers: Sequence[int]
) -> list[Path]:
    """Write the approved letters among these messages as they are to be posted, without a draft's label.

    Returns:
        Their paths in `letters/<business date>/` of the company's home.

    Raises:
        OSError: The folder cannot be written.
    """
    written = []
    for number in numbers:
        row = connection.execute(
            "select business_date, file, content from messages where message_no = ?"
            " and channel = 'letter' and approved_at is not null",
            (number,),
        ).fetchone()
        if row is None:
            continue
        path = company.letters / row["business_date"] / Path(row["file"]).name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(row["content"])
        written.append(path)
    return written


def _newest_name(company: Company) -> str | None:
    publication = current_publication(company.published)
    return publication.folder.name if publication else None
