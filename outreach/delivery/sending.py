"""The sender: claims a message, sends it, marks it, until nothing further may leave.

Belongs here: the loop, its lock, its report; the rehearsal of a dry run. Does not belong here: what
may leave (`outreach.desk`), how (`smtp`, `slack`).
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from outreach.delivery.settings import DeliverySettings
from outreach.delivery.slack import SlackTransport
from outreach.delivery.smtp import SmtpTransport
from outreach.delivery.transport import NotReadyError, Outcome, Transport
from outreach.desk.outbox import Claim, Outgoing, claim_next
from outreach.desk.outcomes import mark_refused, mark_retry, mark_sent, mark_unknown, recover
from outreach.desk.readiness import judge, read_day
from outreach.desk.reasons import Reason
from outreach.desk.store import desk
from outreach.desk.times import UTC_ZONE
from outreach.messages import ASKING_KINDS

Clock = Callable[[], dt.datetime]
# A server that puts off so many in a row is left alone until the next sending.
MOST_RETRIES_IN_A_ROW = 3


class SenderRunningError(Exception):
    """Another sender is at work on this desk."""


class Event(NamedTuple):
    """What happened, or would happen, to one message.

    Attributes:
        what: an outcome; `cancelled` and `waiting` with a reason; `would_send` and `would_cancel`
            in a rehearsal; `recovered` for what a dead sender left.
        detail: the reason's code, or the server's words, masked.
    """

    message_no: int
    what: Literal[
        "sent",
        "refused",
        "retry",
        "unknown",
        "cancelled",
        "waiting",
        "recovered",
        "would_send",
        "would_cancel",
    ]
    detail: str = ""


@dataclass
class SendReport:
    """One sending, or its rehearsal.

    Attributes:
        is_rehearsal: nothing was claimed and nothing changed.
        events: in order.
        blocked: what kept everything back.
        not_ready: channel to why it could not be used.
    """

    is_rehearsal: bool
    events: list[Event] = field(default_factory=list)
    blocked: Reason | None = None
    not_ready: dict[str, str] = field(default_factory=dict)

    def count(self, what: str) -> int:
        """Return how many events are of a kind."""
        return sum(event.what == what for event in self.events)


def send_pending(
    path: Path,
    settings: DeliverySettings,
    clock: Clock,
    transports: Mapping[str, Transport] | None = None,
    *,
    zone: ZoneInfo = UTC_ZONE,
    newest_publication: Callable[[], str | None] = lambda: None,
) -> SendReport:
    """Send what may leave now; in a dry run say what would.

    Args:
        path: the `desk.sqlite`.
        settings: whether, to whom and how.
        clock: the moment, asked before each message.
        transports: channel to way out; those of the settings where absent.
        zone: in which the company's days begin and end.
        newest_publication: asks for the name of the newest publication; until its facts are here
            nothing leaves. None: nothing is known of one.

    Raises:
        SenderRunningError: another process is sending.
        sqlite3.Error: the desk cannot be read or written; a claimed message then counts as unknown.
    """
    if settings.mode != "live":
        return rehearse(path, settings, clock(), zone=zone, newest_publication=newest_publication)
    ways = dict(transports) if transports is not None else ways_out(settings)
    report = SendReport(is_rehearsal=False)
    claim_one = partial(claim_next, zone=zone, newest_publication=newest_publication)
    with sender_lock(path), desk(path) as connection:
        recovered = recover(connection, clock())
        report.events += [Event(number, "recovered", Reason.SENDER_DIED) for number in recovered]
        try:
            _send_all(connection, settings, clock, ways, report, claim_one)
        finally:
            for way in ways.values():
                way.close()
    return report


def rehearse(
    path: Path,
    settings: DeliverySettings,
    now: dt.datetime,
    *,
    zone: ZoneInfo = UTC_ZONE,
    newest_publication: Callable[[], str | None] = lambda: None,
) -> SendReport:
    """Check every pending message as a sender would, and change nothing.

    Args:
        path: the `desk.sqlite`; where it is absent nothing waits.
        settings: whom they allow, and how much.
        now: the moment.
        zone: in which the company's days begin and end.
        newest_publication: asks for the name of the newest publication; until its facts are here
            nothing leaves. None: nothing is known of one.
    """
    report = SendReport(is_rehearsal=True)
    if not path.exists():
        report.blocked = Reason.NO_FACTS
        return report
    with desk(path) as connection:
        connection.execute("pragma query_only = on")
        connection.execute("begin")
        day = read_day(connection, settings, now, zone, newest_publication())
        if isinstance(day, Reason):
            report.blocked = day
            return report
        report.blocked = day.blocked
        rows = connection.execute(
            "select * from messages where state = 'pending' order by message_no"
        )
        for row in rows:
            verdict = judge(connection, row, day, settings, now)
            what: dict[str, Literal["would_send", "would_cancel", "waiting"]] = {
                "send": "would_send",
                "cancel": "would_cancel",
                "wait": "waiting",
            }
            report.events.append(
                Event(row["message_no"], what[verdict.outcome], verdict.reason or "")
            )
            if verdict.outcome == "send" and row["kind"] in ASKING_KINDS:
                day = replace(day, extra=day.extra + 1)
    return report


def ways_out(settings: DeliverySettings) -> dict[str, Transport]:
    """Return the ways out that are configured, by channel."""
    ways: dict[str, Transport] = {}
    if settings.smtp is not None:
        ways["email"] = SmtpTransport(settings.smtp)
    if settings.slack is not None:
        ways["slack"] = ways["slack_task"] = SlackTransport(settings.slack)
    return ways


@contextmanager
def sender_lock(path: Path) -> Iterator[None]:
    """Hold the desk's only place for a sender.

    Raises:
        SenderRunningError: somebody else holds it.
    """
    from filelock import FileLock, Timeout

    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path.with_name(f"{path.name}.sending.lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise SenderRunningError(
            f"another process is sending from {path.name}; wait for it to end"
        ) from None
    try:
        yield
    finally:
        lock.release()


def _send_all(
    connection: sqlite3.Connection,
    settings: DeliverySettings,
    clock: Clock,
    ways: dict[str, Transport],
    report: SendReport,
    claim_one: Callable[..., Claim],
) -> None:
    after, in_a_row = 0, dict.fromkeys(ways, 0)
    usable = dict(ways)
    while True:
        _drop_unready(connection, usable, after, report)
        claim = claim_one(connection, settings, clock(), after, tuple(usable))
        _note(claim, report)
        message = claim.message
        if message is None:
            break
        after = message.message_no
        outcome = _deliver(connection, usable[message.channel], message, clock)
        what = _mark(connection, settings, message, outcome, clock())
        report.events.append(Event(message.message_no, what, outcome.reply))
        in_a_row[message.channel] = in_a_row[message.channel] + 1 if what == "retry" else 0
        if what == "retry" and (
            outcome.retry_after is not None or in_a_row[message.channel] >= MOST_RETRIES_IN_A_ROW
        ):
            _leave_alone(usable, usable[message.channel], outcome.reply, report)


def _drop_unready(
    connection: sqlite3.Connection, usable: dict[str, Transport], after: int, report: SendReport
) -> None:
    """Make sure of each way out before anything is claimed for it."""
    for channel in list(usable):
        wanted = connection.execute(
            "select 1 from messages where state = 'pending' and channel = ? and message_no > ? limit 1",
            (channel, after),
        ).fetchone()
        if wanted is None or channel not in usable:
            continue
        try:
            usable[channel].ready()
        except NotReadyError as error:
            _leave_alone(usable, usable[channel], str(error), report)


def _leave_alone(
    usable: dict[str, Transport], way: Transport, reason: str, report: SendReport
) -> None:
    """Use a way out no more in this sending, for none of its channels."""
    for channel in [channel for channel, other in usable.items() if other is way]:
        report.not_ready[channel] = reason
        del usable[channel]


def _deliver(
    connection: sqlite3.Connection, way: Transport, message: Outgoing, clock: Clock
) -> Outcome:
    try:
        return way.deliver(message, clock())
    except Exception as error:
        # A fault of ours: where it struck is not known, and so neither is whether it left.
        mark_unknown(connection, message.message_no, clock(), type(error).__name__)
        raise


def _mark(
    connection: sqlite3.Connection,
    settings: DeliverySettings,
    message: Outgoing,
    outcome: Outcome,
    now: dt.datetime,
) -> Literal["sent", "refused", "retry", "unknown"]:
    number, reply = message.message_no, outcome.reply
    if outcome.state == "sent":
        mark_sent(connection, number, now, reply)
    elif outcome.state == "refused":
        mark_refused(connection, number, now, reply, outcome.is_dead_address)
    elif outcome.state == "unknown":
        mark_unknown(connection, number, now, reply)
    elif not mark_retry(connection, number, settings, now, reply, outcome.retry_after):
        return "refused"
    return outcome.state


def _note(claim: Claim, report: SendReport) -> None:
    report.blocked = claim.blocked
    report.events += [Event(number, "cancelled", reason) for number, reason in claim.cancelled]
    report.events += [Event(number, "waiting", reason) for number, reason in claim.waiting]
