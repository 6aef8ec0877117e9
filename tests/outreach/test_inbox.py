"""The inbox: once each, in order, out of the way, whatever is dropped and whenever it crashes."""

import csv
import datetime as dt
import io
import os
import sqlite3

import pytest
from entries_rig import DAY, NOW, contents, put_message, states, table
from hostile_text import PATHS
from list_rig import LOOKUP, SOON, filled_xlsx, short_csv
from test_mailbox import OURS, bounce, mail

from outreach.desk import live
from outreach.desk.store import open_desk
from outreach.inbox import reading as inbox_module
from outreach.inbox.reading import read_inbox


@pytest.fixture
def connection(tmp_path):
    opened = open_desk(tmp_path / "desk.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "inbox"
    path.mkdir()
    return path


def look(folder, connection, day=DAY, locale="en", lookup=LOOKUP):
    return read_inbox(folder, connection, lookup, day, locale, "Alice", NOW)


def drop(folder, content: bytes, name: str = "list.csv"):
    path = folder / name
    path.write_bytes(content)
    return path


def names(folder) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))


def outcome_of(folder, connection, **how):
    (outcome,) = look(folder, connection, **how).files
    return outcome


def test_promise_of_the_list_stops_its_pending_message_at_once(folder, connection):
    put_message(connection, "m1", "c1", ("i1", "i2"))
    put_message(connection, "m2", "c2", ("i4",))
    drop(folder, filled_xlsx({"c1": {"promised_date": SOON}}), "list.xlsx")
    report = look(folder, connection)
    (outcome,) = report.files
    assert [message.message_id for message in report.stopped] == ["m1"]
    assert states(connection) == {"m1": "cancelled", "m2": "pending"}
    assert (outcome.status, outcome.rows_in, outcome.rows_accepted) == ("taken", 1, 1)
    assert outcome.counts == {"promises": 2}
    assert outcome.moved_to == folder / "done" / "list.xlsx"
    assert not report.has_problems
    promises = live.live_promises(connection, DAY)
    assert [(p["invoice_id"], p["amount"], p["origin"], p["author"]) for p in promises] == [
        ("i1", "1200.50", "inbox:list.xlsx", "Alice"),
        ("i2", "300.00", "inbox:list.xlsx", "Alice"),
    ]


def test_every_column_becomes_its_entry(folder, connection):
    drop(folder, short_csv("c1;2026-03-20;;yes;F-100 not delivered;2026-03-16"))
    outcome = outcome_of(folder, connection)
    assert outcome.counts == {"disputes": 1, "holds": 1, "notes": 1, "promises": 1}
    assert [row["invoice_id"] for row in live.open_disputes(connection, DAY)] == ["i1"]
    assert [row["invoice_id"] for row in live.live_promises(connection, DAY)] == ["i2"]
    (hold,) = live.live_holds(connection, DAY)
    assert (hold["customer_id"], hold["start_date"], hold["end_date"], hold["comment"]) == (
        "c1",
        "2026-03-12",
        "2026-03-16",
        "F-100 not delivered",
    )
    (note,) = table(connection, "activities")
    assert (note["kind"], note["direction"], note["customer_id"]) == ("note", "internal", "c1")
    (entry,) = table(connection, "journal")
    assert (entry["action"], entry["subject"], entry["detail"]) == (
        "comment",
        "c1",
        "F-100 not delivered",
    )


def test_bad_rows_are_named_beside_the_file_and_good_ones_count(folder, connection):
    drop(folder, short_csv("c1;soon;;;;", "c2;2026-03-20;;;;", "=c9;;;;x;"))
    outcome = outcome_of(folder, connection)
    assert (outcome.status, outcome.rows_in, outcome.rows_accepted) == ("partly", 3, 1)
    assert names(folder) == ["refused/list.csv", "refused/list.csv.errors.csv"]
    text = (folder / "refused" / "list.csv.errors.csv").read_text()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["Line"], row["Customer id"], row["Value"]) for row in rows] == [
        ("2", "c1", "soon"),
        ("4", "'=c9", "'=c9"),
    ]
    assert all(row["What is wrong"] and row["What to do"] for row in rows)
    assert len(live.live_promises(connection, DAY)) == 1
    (known,) = table(connection, "imports")
    assert (known["kind"], known["rows_in"], known["rows_accepted"], known["rows_rejected"]) == (
        "list",
        3,
        1,
        2,
    )


def test_errors_are_told_in_the_language_of_the_list(folder, connection):
    drop(folder, short_csv("c1;bientôt;;;;"))
    look(folder, connection, locale="fr")
    text = (folder / "refused" / "list.csv.errors.csv").read_text(encoding="utf-8-sig")
    assert "Ce n'est pas une date." in text
    assert "Promis pour le" in text


def test_same_content_is_read_once_whatever_its_name(folder, connection):
    content = short_csv("c1;2026-03-20;;;hello;2026-03-16")
    drop(folder, content)
    look(folder, connection)
    before = contents(connection)
    drop(folder, content, "again.csv")
    assert outcome_of(folder, connection).status == "known"
    assert contents(connection) == before
    assert names(folder) == ["done/again.csv", "done/list.csv"]


def test_empty_inbox_ten_times_changes_nothing(folder, connection):
    before = contents(connection)
    assert all(look(folder, connection).files == () for _ in range(10))
    assert contents(connection) == before


def test_list_dropped_again_with_one_more_row_adds_that_row_only(folder, connection):
    drop(folder, short_csv("c1;2026-03-20;;yes;F-100 wrong;2026-03-16"), "a.csv")
    look(folder, connection)
    drop(
        folder, short_csv("c1;2026-03-20;;yes;F-100 wrong;2026-03-16", "c2;2026-03-21;;;;"), "b.csv"
    )
    assert outcome_of(folder, connection).counts == {"promises": 1}
    # A day later the promises, disputes and holds are still known; the note is one more.
    drop(
        folder,
        short_csv("c1;2026-03-20;;yes;F-100 wrong;2026-03-16", "c2;2026-03-21;;x;;"),
        "c.csv",
    )
    tomorrow = DAY + dt.timedelta(1)
    report = look(folder, connection, day=tomorrow).files[0]
    assert report.counts == {"notes": 1}
    assert len(live.live_promises(connection, tomorrow)) == 2


def test_list_corrected_the_same_day_corrects_its_entries(folder, connection):
    drop(folder, short_csv("c2;2026-03-20;;;;2026-04-01"), "a.csv")
    look(folder, connection)
    drop(folder, short_csv("c2;2026-03-25;;;;2026-03-16"), "b.csv")
    look(folder, connection)
    (promise,) = live.live_promises(connection, DAY)
    (hold,) = live.live_holds(connection, DAY)
    assert (promise["promised_date"], hold["end_date"]) == ("2026-03-25", "2026-03-16")


def test_files_are_read_by_name_and_the_last_word_counts(folder, connection):
    drop(folder, short_csv("c2;2026-03-25;;;;"), "b.csv")
    drop(folder, short_csv("c2;2026-03-20;;;;"), "a.csv")
    assert [each.name for each in look(folder, connection).files] == ["a.csv", "b.csv"]
    (promise,) = live.live_promises(connection, DAY)
    assert promise["promised_date"] == "2026-03-25"


class Killed(BaseException):
    """Stands for the end of the process."""


@pytest.mark.parametrize("rows", [("c1;2026-03-20;;;hi;",), ("c1;2026-03-20;;;hi;", "c9;;;;x;")])
@pytest.mark.parametrize("place", ["_moved", "place_of", "write_errors", "enter_annotations"])
def test_crash_anywhere_is_finished_by_the_next_look(folder, connection, monkeypatch, place, rows):
    put_message(connection, "m1", "c1", ("i1",))

    def die(*_args, **_kwargs):
        raise Killed

    drop(folder, short_csv(*rows))
    with monkeypatch.context() as patched:
        owner = inbox_module._Inbox if place == "_moved" else inbox_module
        patched.setattr(owner, place, die)
        try:
            look(folder, connection)
        except Killed:
            assert (folder / "list.csv").exists()
    look(folder, connection)
    has_bad = len(rows) > 1
    place_now = "refused" if has_bad else "done"
    errors = ["refused/list.csv.errors.csv"] if has_bad else []
    assert names(folder) == [f"{place_now}/list.csv", *errors]
    assert [row["promise_id"] for row in table(connection, "promises")] != []
    assert len(table(connection, "promises")) == 2
    assert len(table(connection, "activities")) == 1
    assert states(connection) == {"m1": "cancelled"}


def test_desk_that_fails_midway_leaves_file_and_desk_as_they_were(folder, connection):
    connection.execute(
        "create trigger broken before insert on imports begin select raise(abort, 'full'); end"
    )
    drop(folder, short_csv("c1;2026-03-20;;;hi;"))
    with pytest.raises(sqlite3.Error):
        look(folder, connection)
    assert table(connection, "promises") == []
    assert (folder / "list.csv").exists()


def test_file_replaced_while_it_was_read_stays_for_the_next_look(folder, connection, monkeypatch):
    path = drop(folder, short_csv("c1;2026-03-20;;;;"))
    real = inbox_module.enter_annotations

    def slow(*args):
        path.write_bytes(short_csv("c2;2026-03-20;;;;"))
        return real(*args)

    with monkeypatch.context() as patched:
        patched.setattr(inbox_module, "enter_annotations", slow)
        assert outcome_of(folder, connection).moved_to is None
    assert outcome_of(folder, connection).counts == {"promises": 1}
    assert {row["invoice_id"] for row in table(connection, "promises")} == {"i1", "i2", "i4"}


@pytest.mark.parametrize(
    "name", ["~$list.xlsx", ".list.csv", "list.csv.part", "x.crdownload", "a~"]
)
def test_unfinished_file_is_passed_over(folder, connection, name):
    drop(folder, short_csv("c1;2026-03-20;;;;"), name)
    assert look(folder, connection).files == ()
    assert (folder / name).exists()


def test_links_are_not_followed(folder, connection, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_bytes(short_csv("c1;2026-03-20;;;;"))
    (folder / "link.csv").symlink_to(secret)
    (folder / "gone.csv").symlink_to(tmp_path / "nowhere")
    os.mkfifo(folder / "pipe.csv")
    report = look(folder, connection)
    assert {each.status for each in report.files} == {"refused"}
    assert table(connection, "promises") == []
    assert secret.read_bytes() == short_csv("c1;2026-03-20;;;;")
    assert names(folder)[0].startswith("refused/")


def test_nothing_is_written_through_a_planted_link(folder, connection, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (folder / "refused").mkdir()
    (folder / "refused" / "list.csv.errors.csv").symlink_to(victim)
    (folder / "refused" / ".list.csv.errors.csv.part").symlink_to(victim)
    drop(folder, short_csv("c9;;;;x;"))
    look(folder, connection)
    assert victim.read_text() == "mine"
    assert (folder / "refused" / "list.csv.errors.csv").is_file()


def test_place_that_is_a_link_stops_the_inbox(folder, connection, tmp_path):
    (folder / "done").symlink_to(tmp_path)
    with pytest.raises(NotADirectoryError, match="Put a folder"):
        look(folder, connection)


def test_folder_in_the_inbox_stays_and_is_told(folder, connection):
    (folder / "old lists").mkdir()
    outcome = outcome_of(folder, connection)
    assert (outcome.status, outcome.moved_to) == ("left", None)
    assert outcome.problems


def test_file_of_another_kind_or_size_is_refused(folder, connection, monkeypatch):
    monkeypatch.setattr("outreach.inbox.drops.LARGEST_FILE_BYTES", 1000)
    drop(folder, b"x", "scan.pdf")
    drop(folder, b"x" * 1001, "large.csv")
    report = look(folder, connection)
    assert [each.status for each in report.files] == ["refused", "refused"]
    assert names(folder) == [
        "refused/large.csv",
        "refused/large.csv.errors.csv",
        "refused/scan.pdf",
        "refused/scan.pdf.errors.csv",
    ]


def test_refused_file_may_come_again_when_its_cause_is_gone(folder, connection):
    content = short_csv("c9;;;;hello;")
    drop(folder, content)
    assert outcome_of(folder, connection).status == "refused"
    drop(folder, content)
    assert outcome_of(folder, connection, lookup={**LOOKUP, "c9": ()}).status == "taken"


def test_another_file_of_the_same_name_keeps_the_first(folder, connection):
    for day in ("2026-03-20", "2026-03-21"):
        drop(folder, short_csv(f"c2;{day};;;;"))
        look(folder, connection)
    assert len(names(folder)) == 2


@pytest.mark.parametrize(
    "name",
    [
        *[path for path in PATHS if "/" not in path and not path.startswith(".")],
        "=1+1",
        "é" * 100,
        "\udcff",
        "a\nb",
    ],
)
def test_hostile_file_name_is_survived(folder, connection, name):
    name = name.replace("\0", "") + ".csv"
    drop(folder, short_csv("c2;2026-03-20;;;;", "c9;;;;x;"), name)
    outcome = outcome_of(folder, connection)
    assert outcome.status == "partly"
    assert "\n" not in outcome.name
    assert sorted(path.name for path in folder.iterdir()) == ["done", "refused"]
    assert len(list((folder / "refused").iterdir())) == 2


def test_file_without_rights_is_left_and_the_others_are_read(folder, connection, monkeypatch):
    drop(folder, short_csv("c1;2026-03-20;;;;"), "a.csv")
    drop(folder, short_csv("c2;2026-03-20;;;;"), "b.csv")
    real = os.open

    def forbidding(path, *args, **kwargs):
        if str(path).endswith("a.csv"):
            raise PermissionError(13, "Permission denied")
        return real(path, *args, **kwargs)

    monkeypatch.setattr("outreach.inbox.drops.os.open", forbidding)
    first, second = look(folder, connection).files
    assert (first.status, second.status) == ("left", "taken")
    assert "Permission denied" in first.problems[0].what
    assert (folder / "a.csv").exists()


def test_mail_in_the_inbox_is_read_once_and_what_fits_nothing_is_told(folder, connection):
    put_message(connection, OURS, "c1", ("i1",), state="sent", recipient="anna@client.example")
    drop(folder, mail(In_Reply_To=OURS), "reply.eml")
    drop(folder, bounce(), "bounce.EML")
    drop(folder, mail(), "stranger.eml")
    report = look(folder, connection)
    assert [(each.name, each.status, dict(each.counts)) for each in report.files] == [
        ("bounce.EML", "taken", {"notes": 1, "unreachable": 1}),
        ("reply.eml", "taken", {"replies": 1}),
        ("stranger.eml", "refused", {}),
    ]
    assert "answers no message" in report.files[2].problems[0].what
    before = contents(connection)
    drop(folder, mail(In_Reply_To=OURS), "copy.eml")
    assert outcome_of(folder, connection).status == "known"
    assert contents(connection) == before


def test_bounce_of_another_address_waits_for_a_person_in_refused(folder, connection):
    put_message(connection, OURS, "c1", ("i1",), state="sent", recipient="anna@client.example")
    raw = bounce(recipient="rfc822; victim@client.example")
    drop(folder, raw, "bounce.eml")
    assert outcome_of(folder, connection).status == "partly"
    assert names(folder) == ["refused/bounce.eml", "refused/bounce.eml.errors.csv"]
    drop(folder, raw, "bounce.eml")
    assert outcome_of(folder, connection).moved_to == folder / "refused" / "bounce.eml"


def test_thousand_rows_are_entered_in_seconds(folder, connection):
    import time

    from outreach.inbox.meaning import AccountLine

    lookup = {
        f"k{n}": (AccountLine(f"n{n}", f"N-{n}", "EUR", 10 * LOOKUP["c2"][0].open_amount, True),)
        for n in range(1000)
    }
    drop(folder, short_csv(*[f"k{n};2026-03-20;;;note {n};2026-03-16" for n in range(1000)]))
    start = time.perf_counter()
    outcome = outcome_of(folder, connection, lookup=lookup)
    assert outcome.counts == {"holds": 1000, "notes": 1000, "promises": 1000}
    assert time.perf_counter() - start < 10
