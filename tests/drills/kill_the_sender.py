"""Kill the sender again and again, and count what arrived: no mail twice, none lost, each doubt shown.

Usage: `python tests/drills/kill_the_sender.py [--messages 3000] [--kills 60] [--seed 1]`. A mail
server of this machine takes mails, refuses every 50th recipient for good, and puts off every 20th
once. A sender, a process of its own, is killed (SIGKILL) whenever the server has taken a random
number of mails more, after a random wait of up to 20 ms, so that it dies in any phase; between two
kills the day is emitted again. At the end one runs through. Exit code 1 where a count is wrong.
"""

from __future__ import annotations

import argparse
import datetime as dt
import email
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "outreach")]

from desk_rig import NOW, SMTP, emit, live, message  # noqa: E402
from mail_rig import Sink, mail_server  # noqa: E402

from outreach.delivery.sending import send_pending  # noqa: E402
from outreach.delivery.settings import DeliverySettings  # noqa: E402
from outreach.desk import approvals  # noqa: E402
from outreach.desk.store import desk  # noqa: E402

# Longer than the wait after a first try; all of them on one day, since none may send after it.
BETWEEN_SENDERS = dt.timedelta(minutes=6)


class MoodySink(Sink):
    """Refuses some for good, and puts off some once."""

    def __init__(self):
        super().__init__()
        self.put_off = set()

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        number = int(address.split("@")[0][1:])
        if number % 50 == 7:
            return "550 no such user"
        if number % 20 == 3 and address not in self.put_off:
            self.put_off.add(address)
            return "451 come back"
        return await super().handle_RCPT(server, session, envelope, address, options)


@dataclass(frozen=True)
class Result:
    """What is there at the end.

    Attributes:
        states: messages by state.
        kills: senders killed while at work.
        arrived: mails at the server.
        faults: what must not be; empty when all is well.
    """

    states: dict[str, int]
    kills: int
    arrived: int
    faults: list[str]


def settings(port: int) -> DeliverySettings:
    return live(
        smtp={**SMTP, "port": port},
        slack=None,
        daily_cap=100_000,
        usual_batch_size=1000,
        maximum_fact_age_hours=168,
    )


def moment(sender_no: int) -> dt.datetime:
    return NOW + sender_no * BETWEEN_SENDERS


def drill(path: Path, messages: int, kills: int, seed: int) -> Result:
    """Send so many messages through senders that are killed so many times.

    Args:
        path: The `desk.sqlite` to make.
        messages: How many.
        kills: How many senders die.
        seed: Of the random points.
    """
    chance = random.Random(seed)
    batch = [message(f"C{number}", "1") for number in range(messages)]
    with desk(path) as connection:
        emit(connection, *batch)
        approvals.approve_batch(connection, "drill", NOW)
    sink, done = MoodySink(), 0
    with mail_server(sink) as port:
        for sender_no in range(kills):
            done += _kill_one(path, port, sender_no, sink, chance, messages // (kills + 1))
            with desk(path) as connection:
                emit(connection, *batch)
        for sender_no in (kills, kills + 1):
            send_pending(path, settings(port), partial(moment, sender_no))
    return _result(path, sink, messages, done)


def _kill_one(
    path: Path, port: int, sender_no: int, sink: Sink, chance: random.Random, share: int
) -> int:
    """Start a sender and kill it at work; 0 where it ended first."""
    until = len(sink.mails) + chance.randint(0, 2 * share)
    sender = _sender(path, port, sender_no)
    while len(sink.mails) < until and sender.poll() is None:
        time.sleep(0.001)
    time.sleep(chance.uniform(0, 0.02))
    was_at_work = sender.poll() is None
    sender.kill()
    sender.wait(timeout=60)
    return int(was_at_work)


def _sender(path: Path, port: int, sender_no: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, __file__, "--be-the-sender", str(path), str(port), str(sender_no)]
    )


def _result(path: Path, sink: Sink, messages: int, kills: int) -> Result:
    arrived = Counter(email.message_from_bytes(mail)["Message-ID"] for _, _, mail in sink.mails)
    with desk(path) as connection:
        rows = connection.execute("select message_no, message_id, state from messages").fetchall()
        shown = {
            item.message_no
            for item in approvals.waiting(connection, settings(1), NOW)
            if item.state == "unknown"
        }
        told = connection.execute("select count(*) from activities").fetchone()[0]
        health = connection.execute("pragma integrity_check").fetchone()[0]
    states = Counter(row["state"] for row in rows)
    faults = [f"mail {key} arrived {count} times" for key, count in arrived.items() if count > 1]
    for row in rows:
        has_arrived = arrived[row["message_id"]] > 0
        allowed = ("sent", "unknown") if has_arrived else ("pending", "refused", "unknown")
        if row["state"] not in allowed:
            faults.append(f"message {row['message_no']} {row['state']}, arrived: {has_arrived}")
        if row["state"] == "unknown" and row["message_no"] not in shown:
            faults.append(f"message {row['message_no']} is unknown and not shown")
    if len(rows) != messages or told != states["sent"] or health != "ok":
        faults.append(f"{len(rows)} rows, {told} activities, file {health}")
    return Result(dict(states), kills, sum(arrived.values()), faults)


def main() -> None:
    """Run the drill, or be its sender."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--messages", type=int, default=3000)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--be-the-sender", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.be_the_sender:
        path, port, sender_no = arguments.be_the_sender
        send_pending(Path(path), settings(int(port)), partial(moment, int(sender_no)))
        return
    with tempfile.TemporaryDirectory(prefix="encours-") as folder:
        result = drill(
            Path(folder) / "desk.sqlite", arguments.messages, arguments.kills, arguments.seed
        )
    print(f"{arguments.messages} messages, {result.kills} senders killed at work")
    print(f"{result.arrived} mails at the server, none twice" if not result.faults else "FAULTS:")
    for state, count in sorted(result.states.items()):
        print(f"{count:>8} {state}")
    for fault in result.faults:
        print(f"  {fault}")
    sys.exit(1 if result.faults else 0)


if __name__ == "__main__":
    main()
