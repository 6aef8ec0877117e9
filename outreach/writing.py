"""One day's folder on disk: written whole or not at all, the same bytes for the same rows.

Belongs here: files, folders, the swap, keeping what people changed. Does not belong here: content
(the renderers), sending.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path

from outreach.at_risk import at_risk_csv, at_risk_xlsx
from outreach.day import DayRows, Locale
from outreach.digest import digest_json, digest_text
from outreach.drafts import CALL_SHEET, TASK_LIST, render_reminders

SUMS_NAME = "SHA256SUMS"
KEPT_FOLDER = "kept"


def render_day(rows: DayRows, locale: Locale) -> dict[str, bytes]:
    """Render every file of a day: relative path with forward slashes to content."""
    reminders = render_reminders(rows, locale)
    files = {
        "at_risk_accounts.csv": at_risk_csv(rows, locale),
        "at_risk_accounts.xlsx": at_risk_xlsx(rows, locale),
        "digest.json": digest_json(rows, locale),
        "digest.txt": digest_text(rows, locale).encode(),
        "reminders/index.csv": reminders.index,
        CALL_SHEET: reminders.call_sheet,
        TASK_LIST: reminders.task_list,
    }
    files.update({draft.path: draft.content for draft in reminders.drafts})
    return files


def write_day(
    rows: DayRows, folder: Path, locale: Locale, extra: Mapping[str, bytes] | None = None
) -> list[Path]:
    """Write `folder/<as_of_date>/` whole, or leave it as it was. Nothing is sent.

    The files are written beside the folder and swapped in at the end. A day already written from
    the same rows is left untouched. A file that somebody changed or added since it was written is
    kept under `kept/`, never overwritten.

    Args:
        rows: the day.
        folder: the folder of all days, created when missing.
        locale: language of lists and digest, and form of CSV files.
        extra: further files of the day, relative path to content, written with the others.

    Returns:
        The paths of the day's files, sorted, without what was kept.

    Raises:
        OSError: the folder cannot be written.
    """
    files = {**render_day(rows, locale), **(extra or {})}
    files[SUMS_NAME] = _sums(files)
    day_folder = folder / rows.as_of_date.isoformat()
    partial = folder / f".{day_folder.name}.partial"
    previous = folder / f".{day_folder.name}.previous"
    folder.mkdir(parents=True, exist_ok=True)
    _finish_interrupted_swap(day_folder, partial, previous)
    if not _holds_exactly(day_folder, files):
        try:
            _write_files(partial, files)
            _keep_changed_files(day_folder, partial)
            _swap(day_folder, partial, previous)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return sorted(day_folder / name for name in files)


def _write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _holds_exactly(folder: Path, files: Mapping[str, bytes]) -> bool:
    return folder.is_dir() and all(
        (folder / name).is_file() and (folder / name).read_bytes() == content
        for name, content in files.items()
    )


def _keep_changed_files(old: Path, new: Path) -> None:
    """Copy into `new` what people changed in or added to `old` since it was written."""
    sums_path = old / SUMS_NAME
    if not sums_path.is_file():
        return
    written = {
        name: digest
        for digest, name in (line.split("  ", 1) for line in sums_path.read_text().splitlines())
    }
    for path in sorted(old.rglob("*")):
        name = path.relative_to(old).as_posix()
        if name == SUMS_NAME or not path.is_file() or path.is_symlink():
            continue
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if written.get(name) == digest:
            continue
        is_kept_already = name.startswith(f"{KEPT_FOLDER}/")
        target = new / (name if is_kept_already else f"{KEPT_FOLDER}/{digest[:8]}-{path.name}")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)


def _swap(day_folder: Path, partial: Path, previous: Path) -> None:
    if day_folder.exists():
        day_folder.rename(previous)
    partial.rename(day_folder)
    shutil.rmtree(previous, ignore_errors=True)


def _finish_interrupted_swap(day_folder: Path, partial: Path, previous: Path) -> None:
    """Put back the last whole folder after a run that was killed between the two renames."""
    if previous.exists():
        if day_folder.exists():
            shutil.rmtree(previous)
        else:
            previous.rename(day_folder)
    if partial.exists():
        shutil.rmtree(partial)


def _sums(files: Mapping[str, bytes]) -> bytes:
    lines = [f"{hashlib.sha256(content).hexdigest()}  {name}" for name, content in files.items()]
    return ("\n".join(sorted(lines, key=lambda line: line[66:])) + "\n").encode()
