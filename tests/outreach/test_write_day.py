"""A day's folder: whole, repeatable, and never at the cost of somebody's notes."""

import dataclasses
import hashlib
from pathlib import Path

import pytest
from handmade_day import account, batch_row, make_day

from outreach import writing
from outreach.writing import render_day, write_day


def snapshot(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_day_is_written_with_all_its_files(tmp_path, day_rows):
    paths = write_day(day_rows, tmp_path, "en")
    names = [path.relative_to(tmp_path / "2026-03-12").as_posix() for path in paths]
    assert names[:4] == [
        "SHA256SUMS",
        "at_risk_accounts.csv",
        "at_risk_accounts.xlsx",
        "digest.json",
    ]
    assert any(name.startswith("reminders/emails/customer-c1-third-reminder-c1-") for name in names)
    assert all(path.is_file() for path in paths)
    assert [path.name for path in tmp_path.iterdir()] == ["2026-03-12"]


def test_further_files_are_part_of_the_day(tmp_path, day_rows):
    write_day(day_rows, tmp_path, "en", {"cockpit.html": b"<p>"})
    folder = tmp_path / "2026-03-12"
    assert (folder / "cockpit.html").read_bytes() == b"<p>"
    assert "  cockpit.html\n" in (folder / "SHA256SUMS").read_text()


def test_same_rows_give_the_same_bytes(day_rows):
    assert render_day(day_rows, "fr") == render_day(day_rows, "fr")


def test_second_write_of_the_same_day_touches_nothing(tmp_path, day_rows):
    first = write_day(day_rows, tmp_path, "en")
    before = {path: path.stat().st_mtime_ns for path in first}
    inode = (tmp_path / "2026-03-12").stat().st_ino
    assert write_day(day_rows, tmp_path, "en") == first
    assert {path: path.stat().st_mtime_ns for path in first} == before
    assert (tmp_path / "2026-03-12").stat().st_ino == inode


def test_changed_rows_replace_the_day_and_leave_no_stale_draft(tmp_path, day_rows):
    write_day(day_rows, tmp_path, "en")
    held = dataclasses.replace(
        day_rows,
        batch=[batch_row("c1", decision="hold", decision_reason="promise", asked_amounts="[]")],
    )
    write_day(held, tmp_path, "en")
    assert not list((tmp_path / "2026-03-12").rglob("*.eml"))


def test_notes_of_the_team_survive_a_rerun(tmp_path, day_rows):
    write_day(day_rows, tmp_path, "en")
    folder = tmp_path / "2026-03-12"
    (folder / "at_risk_accounts.csv").write_text("annotated")
    (folder / "call notes.txt").write_text("spoke to Anna")
    for _ in range(2):
        write_day(day_rows, tmp_path, "en")
        kept = {path.name[9:]: path.read_text() for path in (folder / "kept").iterdir()}
        assert kept == {"at_risk_accounts.csv": "annotated", "call notes.txt": "spoke to Anna"}
        assert (folder / "at_risk_accounts.csv").read_text().startswith("Rank,")


def test_failed_write_leaves_the_day_as_it_was(tmp_path, day_rows, monkeypatch):
    write_day(day_rows, tmp_path, "en")
    before = snapshot(tmp_path)
    monkeypatch.setattr(
        writing,
        "_keep_changed_files",
        lambda *_: (_ for _ in ()).throw(OSError(28, "No space left")),
    )
    with pytest.raises(OSError, match="No space left"):
        write_day(make_day(accounts=[account(1, "c9")]), tmp_path, "en")
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("renames_done", [1, 2])
def test_write_killed_during_the_swap_is_repaired_by_the_next(
    tmp_path, day_rows, monkeypatch, renames_done
):
    write_day(day_rows, tmp_path, "en")
    changed = make_day(accounts=[account(1, "c9")])
    swap = writing._swap

    def killed(day_folder, partial, previous):
        day_folder.rename(previous)
        if renames_done == 2:
            partial.rename(day_folder)
        raise KeyboardInterrupt

    monkeypatch.setattr(writing, "_swap", killed)
    with pytest.raises(KeyboardInterrupt):
        write_day(changed, tmp_path, "en")
    monkeypatch.setattr(writing, "_swap", swap)
    write_day(changed, tmp_path, "en")
    assert [path.name for path in tmp_path.iterdir()] == ["2026-03-12"]
    assert b"c9" in (tmp_path / "2026-03-12" / "at_risk_accounts.csv").read_bytes()
    assert not (tmp_path / "2026-03-12" / "kept").exists()


def test_sums_match_the_files(tmp_path, day_rows):
    write_day(day_rows, tmp_path, "en")
    folder = tmp_path / "2026-03-12"
    sums = dict(
        reversed(line.split("  ", 1)) for line in (folder / "SHA256SUMS").read_text().splitlines()
    )
    found = snapshot(folder)
    found.pop("SHA256SUMS")
    assert sums == found
