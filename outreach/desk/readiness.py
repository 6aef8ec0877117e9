"""Whether a message may leave now: everything is asked again, of the file itself.

Belongs here: the day, its batch, and what a message waits for. Does not belong here: what ends a
message for good (`endings`), acting on the answers (`outbox`). Nothing here writes; called within
one transaction, all answers are of one moment.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from decimal import Decimal
from statistics import median
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from outreach.delivery.settings import DeliverySettings
from outreach.desk.endings import Day, ending_of
from outreach.desk.live import is_unreachable
from outreach.desk.reasons import Reason
from outreach.desk.stopping import address_of
from outreach.desk.times import UTC_ZONE, local_date, moment_of, utc_text
from outreach.messages import ASKING_KINDS

# Batches by which a batch is judged.
BATCH_HISTORY = 30
# A day may begin before and end after that of UTC.
_ZONE_HOURS = 14


class Verdict(NamedTuple):
    """What becomes of a pending message: it may leave, it waits, or it is cancelled."""

    outcome: Literal["send", "wait", "cancel"]
    reason: Reason | None = None


def read_day(
    connection: sqlite3.Connection,
    settings: DeliverySettings,
    now: dt.datetime,
    zone: ZoneInfo = UTC_ZONE,
    newest_publication: str | None = None,
) -> Day | Reason:
    """Read what concerns every message of the day, or why there is none to judge by.

    Args:
        connection: the desk, within a transaction.
        settings: how old facts may be, and how large a batch.
        now: the moment.
        zone: in which the company's days begin and end.
        newest_publication: name of the newest publication; until its facts are here nothing leaves.
            None: nothing is known of one.
    """
    facts = connection.execute("select * from day_facts").fetchone()
    if facts is None:
        return Reason.NO_FACTS
    return Day(
        business_date=facts["business_date"],
        today=local_date(now, zone).isoformat(),
        promise_days_after=facts["promise_days_after"],
        dispute_scope=facts["dispute_scope"],
        known_at=moment_of(facts["known_at"]),
        blocked=_blocked(connection, facts, settings, now, newest_publication),
        is_batch_free=not is_batch_waiting(connection, settings, facts["business_date"]),
        sent_today=_sent_of(connection, facts["business_date"]),
    )


def is_stopped(connection: sqlite3.Connection) -> bool:
    """Return whether a person has stopped all sending."""
    row = connection.execute("select value from switches where name = 'sending'").fetchone()
    return row is not None and row["value"] != "on"


def batch_messages(connection: sqlite3.Connection, business_date: str) -> list[tuple[str, str]]:
    """Return the reminders and tasks of a day that the machine sends or has sent: id and content."""
    rows = connection.execute(
        "select message_id, content_sha256 from messages"
        " where business_date = ? and state <> 'cancelled'"
        " and kind in ('reminder', 'task') and channel <> 'letter' order by message_id",
        (business_date,),
    )
    return [(row["message_id"], row["content_sha256"]) for row in rows]


def usual_maximum(
    connection: sqlite3.Connection, settings: DeliverySettings, business_date: str
) -> Decimal:
    """Return the size up to which a batch is usual: a multiple of the median of those sent.

    As long as nothing was sent the median is of nothing, and `usual_batch_size` alone decides: the
    first batch of any size is one that a person has looked at.
    """
    counts = [
        row[0]
        for row in connection.execute(
            "select count(*) from messages where business_date < ? and state in ('sent', 'unknown')"
            " and kind in ('reminder', 'task') and channel <> 'letter'"
            " group by business_date order by business_date desc limit ?",
            (business_date, BATCH_HISTORY),
        )
    ]
    usual = settings.unusual_batch_factor * Decimal(median(counts)) if counts else Decimal(0)
    return max(usual, Decimal(settings.usual_batch_size))


def is_batch_waiting(
    connection: sqlite3.Connection, settings: DeliverySettings, business_date: str
) -> bool:
    """Return whether the day's batch is unusual and holds what nobody has approved as it is."""
    # Asked before each claim: only what an index holds, without the contents.
    size, approved = connection.execute(
        "select count(*), count(approved.message_id) from messages as message"
        " left join batch_approval_messages as approved"
        " on approved.business_date = message.business_date"
        " and approved.message_id = message.message_id"
        " and approved.content_sha256 = message.content_sha256"
        " where message.business_date = ? and message.state <> 'cancelled'"
        " and message.kind in ('reminder', 'task') and message.channel <> 'letter'",
        (business_date,),
    ).fetchone()
    return bool(approved < size and size > usual_maximum(connection, settings, business_date))


def judge(
    connection: sqlite3.Connection,
    row: sqlite3.Row,
    day: Day,
    settings: DeliverySettings,
    now: dt.datetime,
) -> Verdict:
    """Judge one pending message: first what ends it, then what it must wait for.

    Args:
        connection: the desk, within a transaction.
        row: the message.
        day: from `read_day` of the same transaction.
        settings: who may be written to, and how much.
        now: the moment.
    """
    if row["business_date"] != day.business_date:
        is_older = row["business_date"] < day.business_date
        return Verdict("cancel", Reason.SUPERSEDED) if is_older else _wait(Reason.OTHER_DAY)
    if row["kind"] in ASKING_KINDS:
        ending = ending_of(connection, row, day)
        if ending is not None:
            return Verdict("cancel", ending)
    if row["channel"] == "email":
        if not row["recipient"]:
            return Verdict("cancel", Reason.NO_ADDRESS)
        if is_unreachable(connection, address_of(row["recipient"])):
            return Verdict("cancel", Reason.UNREACHABLE)
    waiting = _waiting(connection, row, day, settings, now)
    return _wait(waiting) if waiting is not None else Verdict("send")


def _wait(reason: Reason) -> Verdict:
    return Verdict("wait", reason)


def _blocked(
    connection: sqlite3.Connection,
    facts: sqlite3.Row,
    settings: DeliverySettings,
    now: dt.datetime,
    newest_publication: str | None,
) -> Reason | None:
    if is_stopped(connection):
        return Reason.STOPPED
    if newest_publication not in (None, facts["publication"]):
        return Reason.NEWER_PUBLICATION
    allowed_age = dt.timedelta(hours=settings.maximum_fact_age_hours)
    synced_at = moment_of(facts["synced_at"])
    if now - synced_at > allowed_age:
        return Reason.STALE_FACTS
    # Digest and alerts may be late; what asks for money leaves on its day only (`_waiting`).
    zone = dt.timedelta(hours=_ZONE_HOURS)
    start = moment_of(facts["business_date"])
    if now < start - zone:
        return Reason.DAY_TO_COME
    if now > start + dt.timedelta(days=1) + zone + allowed_age:
        return Reason.DAY_IS_PAST
    return None


def _sent_of(connection: sqlite3.Connection, business_date: str) -> int:
    """Count what counts against the cap; what asks for money leaves on its business date only."""
    row = connection.execute(
        "select count(*) from messages where business_date = ?"
        " and state in ('claimed', 'sent', 'unknown')"
        " and kind in ('reminder', 'task') and channel <> 'letter'",
        (business_date,),
    ).fetchone()
    return int(row[0])


def _waiting(
    connection: sqlite3.Connection,
    row: sqlite3.Row,
    day: Day,
    settings: DeliverySettings,
    now: dt.datetime,
) -> Reason | None:
    """Return the first thing a message waits for, those that a person must end first."""
    if day.blocked is not None:
        return day.blocked
    is_asking = row["kind"] in ASKING_KINDS
    # Holds, caps and quiet days were decided for one date: no other one has been asked.
    if is_asking and day.today != day.business_date:
        return Reason.DAY_IS_PAST if day.today > day.business_date else Reason.DAY_TO_COME
    if row["needs_approval"] and row["approved_by"] is None:
        return Reason.APPROVAL
    if row["channel"] == "letter":
        return Reason.POST_BY_HAND
    if is_asking and _has_unknown(connection, row):
        return Reason.UNKNOWN_DELIVERY
    if is_asking and not day.is_batch_free:
        return Reason.UNUSUAL_BATCH
    target = settings.target(row["channel"], row["recipient"])
    if target is None:
        return Reason.NO_TRANSPORT
    if not settings.allows(target):
        return Reason.NOT_ALLOWED
    if is_asking and day.sent_today + day.extra >= settings.daily_cap:
        return Reason.DAILY_CAP
    if row["not_before"] is not None and utc_text(now) < row["not_before"]:
        return Reason.NOT_BEFORE
    return None


def _has_unknown(connection: sqlite3.Connection, row: sqlite3.Row) -> bool:
    other = connection.execute(
        "select 1 from messages where customer_id = ? and message_id <> ?"
        " and kind in ('reminder', 'task') and state in ('claimed', 'unknown') limit 1",
        (row["customer_id"], row["message_id"]),
    ).fetchone()
    return other is not None
