"""The outbox's claim: a message is taken before it is sent, and only if all still says so.

Belongs here: claiming. Does not belong here: filling the outbox (`enqueuing`), whether a message may
leave (`readiness`), what became of it (`outcomes`), the way out (`outreach.delivery`).

States: pending → claimed → sent, refused or unknown; cancelled from pending. A claim is never taken
twice: who dies with one leaves an unknown outcome, which a person reconciles.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from outreach.delivery.settings import DeliverySettings
from outreach.desk.outcomes import finish
from outreach.desk.readiness import judge, read_day
from outreach.desk.reasons import Reason
from outreach.desk.store import transaction
from outreach.desk.times import UTC_ZONE, utc_text


@dataclass(frozen=True)
class Outgoing:
    """A claimed message, as a transport needs it."""

    message_no: int
    message_id: str
    business_date: str
    customer_id: str
    step: str
    channel: str
    kind: str
    recipient: str | None = field(repr=False)
    content: bytes = field(repr=False)
    target: str | None = field(repr=False, default=None)


@dataclass
class Claim:
    """One look at the outbox.

    Attributes:
        message: what was claimed; None when nothing further may leave now.
        cancelled: numbers and reasons of messages that were cancelled on the way to it.
        waiting: numbers and reasons of those left pending.
        blocked: what keeps everything back.
    """

    message: Outgoing | None = None
    cancelled: list[tuple[int, Reason]] = field(default_factory=list)
    waiting: list[tuple[int, Reason]] = field(default_factory=list)
    blocked: Reason | None = None


def claim_next(
    connection: sqlite3.Connection,
    settings: DeliverySettings,
    now: dt.datetime,
    after: int = 0,
    channels: Collection[str] = ("email", "slack", "slack_task"),
    zone: ZoneInfo = UTC_ZONE,
    newest_publication: Callable[[], str | None] = lambda: None,
) -> Claim:
    """Claim the next pending message that may leave, after asking everything again.

    One transaction holds the write lock from its first question to the claim: a hold, promise,
    dispute, payment or opt-out that was committed before it wins.

    Args:
        connection: the desk.
        settings: must be live.
        now: the moment.
        after: message number after which to look; that of the last claim of the same sending.
        channels: those with a way out that is ready.
        zone: in which the company's days begin and end.
        newest_publication: asks for the name of the newest publication; until its facts are here
            nothing leaves. None: nothing is known of one.

    Raises:
        ValueError: the settings are of a dry run.
    """
    if settings.mode != "live":
        raise ValueError("a dry run claims nothing; set mode = 'live' in [delivery]")
    claim = Claim()
    with transaction(connection):
        day = read_day(connection, settings, now, zone, newest_publication())
        claim.blocked = day if isinstance(day, Reason) else day.blocked
        if isinstance(day, Reason) or claim.blocked is not None:
            return claim
        while (row := _next_pending(connection, after, channels)) is not None:
            after = row["message_no"]
            verdict = judge(connection, row, day, settings, now)
            if verdict.outcome == "cancel" and verdict.reason is not None:
                finish(connection, row["message_no"], "cancelled", verdict.reason, now)
                claim.cancelled.append((row["message_no"], verdict.reason))
            elif verdict.reason is not None:
                claim.waiting.append((row["message_no"], verdict.reason))
            else:
                connection.execute(
                    "update messages set state = 'claimed', state_reason = null, claimed_at = ?,"
                    " attempts = attempts + 1 where message_no = ?",
                    (utc_text(now), row["message_no"]),
                )
                claim.message = outgoing(row, settings)
                break
    return claim


def outgoing(row: sqlite3.Row, settings: DeliverySettings) -> Outgoing:
    """Return a row of `messages` as a transport needs it."""
    return Outgoing(
        message_no=row["message_no"],
        message_id=row["message_id"],
        business_date=row["business_date"],
        customer_id=row["customer_id"],
        step=row["step"],
        channel=row["channel"],
        kind=row["kind"],
        recipient=row["recipient"],
        content=row["content"],
        target=settings.target(row["channel"], row["recipient"]),
    )


def _next_pending(
    connection: sqlite3.Connection, after: int, channels: Collection[str]
) -> sqlite3.Row | None:
    marks = ", ".join("?" * len(channels))
    row: sqlite3.Row | None = connection.execute(
        "select * from messages where message_no > ? and state = 'pending'"
        f" and channel in ({marks}) order by message_no limit 1",
        (after, *channels),
    ).fetchone()
    return row
