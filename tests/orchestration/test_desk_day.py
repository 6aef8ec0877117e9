"""A morning at the desk: what people enter, what leaves, and what the next day knows of it."""

import datetime as dt
import email
import email.policy
import json
import re
from pathlib import Path

import duckdb
import openpyxl
import pytest
from typer.testing import CliRunner

from orchestration.cli.main import app
from orchestration.config import load_company
from orchestration.desk_lookup import newest_publication
from orchestration.emitting import read_day
from orchestration.queueing import queue_day, unannounced_promises
from outreach.delivery.sending import send_pending
from outreach.delivery.settings import DeliverySettings
from outreach.desk.store import desk
from tests.outreach.mail_rig import Sink, mail_server

pytestmark = [pytest.mark.whole_run, pytest.mark.filterwarnings("default")]
# A Tuesday.
DAY = dt.date(2026, 10, 27)
MORNING = dt.datetime(2026, 10, 27, 7, tzinfo=dt.UTC)


def encours(*arguments: object, code: int = 0) -> str:
    result = CliRunner().invoke(
        app, [str(argument) for argument in arguments], catch_exceptions=False
    )
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("desk")
    encours("simulate", "--folder", folder, "--customers", 150, "--months", 14, "--end", DAY)
    encours("run", "--config", folder / "encours.toml")
    return folder


@pytest.fixture
def company(home):
    return load_company(home / "encours.toml")


def at_desk(home: Path, command: str, *arguments: object, code: int = 0) -> str:
    return encours("desk", command, *arguments, "--config", home / "encours.toml", code=code)


def messages(home: Path, where: str = "true") -> list[dict]:
    with desk(home / "desk.sqlite") as connection:
        rows = connection.execute(f"select * from messages where {where} order by message_no")
        return [dict(row) for row in rows]


def lines(home: Path, message_id: str) -> list[str]:
    with desk(home / "desk.sqlite") as connection:
        rows = connection.execute(
            "select invoice_id from message_lines where message_id = ?", (message_id,)
        )
        return [row["invoice_id"] for row in rows]


def mart(home: Path, query: str) -> list[tuple]:
    path = home / "published" / "current" / "publication.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def reminders(home: Path, where: str = "true") -> list[dict]:
    return messages(home, f"kind = 'reminder' and channel = 'email' and {where}")


def queue(company) -> None:
    publication = newest_publication(company)
    queue_day(company, publication, read_day(company, publication), MORNING)


def test_the_outbox_holds_one_row_per_decided_message_and_the_digest(home):
    decided = mart(
        home,
        "select customer_id, step, channel from marts.fct_reminder_batch"
        " where decision = 'send' and channel <> 'call' order by all",
    )
    queued = [
        (row["customer_id"], row["step"], row["channel"])
        for row in messages(home, "kind in ('reminder', 'task')")
    ]
    assert len(decided) > 4
    assert sorted(queued) == decided
    assert len(messages(home, "kind = 'digest'")) == 1


def test_the_draft_on_disk_is_what_would_leave_marked_unsent(home):
    row = reminders(home)[0]
    draft = (home / "out" / DAY.isoformat() / row["file"]).read_bytes()
    assert draft.replace(b"X-Unsent: 1\r\n", b"") == row["content"]
    assert draft != row["content"]


def test_the_day_queued_ten_times_is_one_row_per_message(home, company):
    before = messages(home)
    for _ in range(10):
        queue(company)
    assert messages(home) == before


def test_a_dry_run_says_what_would_leave_and_changes_nothing(home):
    before = messages(home)
    assert "Dry run: nothing leaves" in at_desk(home, "send")
    assert messages(home) == before


def test_a_promise_stops_its_reminder_at_once(home):
    row = reminders(home, "state = 'pending'")[0]
    invoice = lines(home, row["message_id"])[0]
    said = at_desk(home, "promise", invoice, "2026-11-20", "--author", "Ann")
    assert f"stopped: email '{row['step']}'" in said
    [stopped] = messages(home, f"message_id = '{row['message_id']}'")
    assert (stopped["state"], stopped["state_reason"]) == ("cancelled", "promise")


def test_the_annotated_list_stops_its_reminder_at_once(home):
    row = next(
        row
        for row in reminders(home, "state = 'pending'")
        if mart(
            home,
            "select 1 from marts.fct_at_risk_accounts where is_past_due"
            f" and customer_id = '{row['customer_id']}'",
        )
    )
    book = openpyxl.load_workbook(home / "out" / DAY.isoformat() / "at_risk_accounts.xlsx")
    sheet = book.worksheets[0]
    headings = {cell.value: cell.column for cell in sheet[1]}
    line = next(
        cell.row
        for cell in next(sheet.iter_cols(headings["Customer id"], headings["Customer id"]))
        if cell.value == row["customer_id"]
    )
    sheet.cell(line, headings["Promised for"]).value = dt.date(2026, 11, 12)
    (home / "inbox").mkdir(exist_ok=True)
    book.save(home / "inbox" / "annotated.xlsx")
    said = at_desk(home, "inbox", "--author", "Ann")
    assert "annotated.xlsx: read" in said
    [stopped] = messages(home, f"message_id = '{row['message_id']}'")
    assert (stopped["state"], stopped["state_reason"]) == ("cancelled", "promise")
    assert (home / "inbox" / "done").exists()


def test_sensors_ask_once_for_what_came_in_and_nothing_when_all_is_done(home, company):
    import dagster as dg

    from orchestration.definitions import build_definitions

    definitions = build_definitions(home / "encours.toml")
    resources = {"company": definitions.resources["company"]}

    def tick(name: str, instance, cursor: str | None = None):
        with dg.build_sensor_context(instance, cursor=cursor, resources=resources) as context:
            return definitions.get_sensor_def(name)(context), context.cursor

    with dg.DagsterInstance.ephemeral() as instance:
        (home / "inbox" / "note.csv").write_text("Customer id\n")
        found, cursor = tick("file_in_the_inbox", instance)
        assert "no longer grows" in found.skip_message
        found, _ = tick("file_in_the_inbox", instance, cursor)
        assert [request.partition_key for request in found] == [DAY.isoformat()]
        again, _ = tick("file_in_the_inbox", instance, cursor)
        # The same key: Dagster starts no second run.
        assert [request.run_key for request in again] == [request.run_key for request in found]
        (home / "inbox" / "note.csv").unlink()
        assert "empty" in tick("file_in_the_inbox", instance)[0].skip_message
        assert "dry run" in tick("approval_given", instance)[0].skip_message
        assert not unannounced_promises(company, newest_publication(company))
        assert "is announced" in tick("promise_broken", instance)[0].skip_message


def test_only_what_may_leave_leaves_and_only_once(home, company):
    ready = reminders(home, "state = 'pending' and needs_approval = 0")
    assert ready
    sink = Sink()
    queue(company)
    with mail_server(sink) as port:
        settings = DeliverySettings.model_validate(
            {
                "mode": "live",
                "allow": [row["recipient"] for row in ready[1:]],
                "usual_batch_size": 1000,
                "smtp": {
                    "host": "127.0.0.1",
                    "port": port,
                    "security": "plain",
                    "sender": "ar@us.example",
                },
            }
        )
        first = send_pending(company.desk, settings, lambda: MORNING)
        again = send_pending(company.desk, settings, lambda: MORNING)
    assert sorted(address for _, address, _ in sink.mails) == sorted(
        row["recipient"] for row in ready[1:]
    )
    assert first.count("sent") == len(ready) - 1
    assert again.count("sent") == 0
    sent = email.message_from_bytes(sink.mails[0][2], policy=email.policy.default)
    assert sent["X-Unsent"] is None
    assert sent["Message-ID"] in {row["message_id"] for row in ready}
    [kept] = messages(home, f"message_id = '{ready[0]['message_id']}'")
    assert kept["state"] == "pending"


def test_the_next_run_knows_what_was_sent_and_promised(home):
    sent = reminders(home, "state = 'sent'")
    stopped = {row["customer_id"] for row in reminders(home, "state_reason = 'promise'")}
    # The CFO's page names the largest accounts, with the words of every hold.
    [(largest,)] = mart(home, "select customer_id from marts.fct_at_risk_accounts where rank = 1")
    at_desk(home, "hold", largest, "--until", "2026-12-15", "--why", "new contract")
    encours("run", "--config", home / "encours.toml")
    manual = mart(
        home, "select customer_id, comment from marts.fct_holds where hold_reason = 'manual'"
    )
    assert manual == [(largest, "new contract")]
    held = mart(
        home,
        "select customer_id, hold_reason from marts.fct_holds where hold_reason in ('recent_contact', 'promise')",
    )
    assert {row["customer_id"] for row in sent} <= {
        customer for customer, reason in held if reason == "recent_contact"
    }
    assert stopped <= {customer for customer, reason in held if reason == "promise"}
    assert [row["state"] for row in reminders(home, "state = 'sent'")] == ["sent"] * len(sent)
    batch = json.dumps(
        mart(home, "select customer_id from marts.fct_reminder_batch where decision = 'send'")
    )
    assert not [row for row in sent if f'"{row["customer_id"]}"' in batch]


def test_why_names_the_promise_that_holds(home):
    row = reminders(home, "state_reason = 'promise'")[0]
    said = at_desk(home, "why", row["customer_id"])
    assert "promise" in said
    assert "2026" in said


def test_entered_twice_is_entered_once_and_can_be_undone(home):
    customer = mart(home, "select customer_id from marts.fct_at_risk_accounts order by rank desc")[
        0
    ][0]
    first = at_desk(home, "hold", customer, "--until", "2026-11-30", "--author", "Ann")
    again = at_desk(home, "hold", customer, "--until", "2026-11-30", "--author", "Ann")
    assert "✓ recorded" in first
    assert "✓ known already" in again
    [entry] = set(re.findall(r"desk-[0-9a-f]{32}", first + again))
    assert "ended" in at_desk(home, "undo", entry)
    with desk(home / "desk.sqlite") as connection:
        last = connection.execute(
            "select end_date from holds where hold_id = ? order by entry_no desc", (entry,)
        ).fetchone()
    assert last["end_date"] == DAY.isoformat()


def test_a_stop_and_a_start_are_kept_with_their_author(home):
    at_desk(home, "stop", "--author", "Ann", "--why", "wrong bank details")
    assert "stopped" in at_desk(home, "list")
    at_desk(home, "start", "--author", "Bob")
    with desk(home / "desk.sqlite") as connection:
        kept = connection.execute(
            "select action, author from journal where subject = 'sending' order by entry_no"
        ).fetchall()
    assert [tuple(row) for row in kept] == [("stop", "Ann"), ("start", "Bob")]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("promise", "no-such-invoice", "2026-11-20"), "No open invoice 'no-such-invoice'"),
        (("hold", "no such customer", "--until", "2026-11-20"), "No customer 'no such customer'"),
        (("approve", "999"), "999"),
        (("approve",), "Name message numbers"),
        (("undo", "desk-nothing"), "no promise, dispute or hold"),
        (("why", "no such customer"), "no such customer"),
    ],
)
def test_a_slip_at_the_desk_is_explained_in_a_line(home, arguments, said):
    result = CliRunner().invoke(
        app, ["desk", *arguments, "--config", str(home / "encours.toml")], catch_exceptions=False
    )
    assert result.exit_code in (1, 2)
    assert said in result.stderr
    assert "Traceback" not in result.stderr
