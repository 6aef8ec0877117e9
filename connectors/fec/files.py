"""Which files are the FEC, and the year each closes.

Belongs here: names, closing dates, copies, the hash by which a file is known. Does not belong here:
reading rows (`reading`).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

from connectors.errors import SourceError
from connectors.fec.declaration import FecSource

_NAME = re.compile(r"(?P<siren>\d{9})FEC(?P<closing>\d{8})", re.IGNORECASE)


@dataclass(frozen=True)
class FecFile:
    """One year's file.

    Attributes:
        path: Where it lies.
        closing_date: Closing date that its name or the configuration states.
        digest: SHA-256 of its bytes and of how it is declared.
    """

    path: Path
    closing_date: date
    digest: str


def find_files(settings: FecSource) -> tuple[list[FecFile], list[str]]:
    """The files by closing date, and what is worth saying about them. Reads bytes, no rows.

    Raises:
        SourceError: There is no file, two files of one year, two companies, or a file without date.
    """
    try:
        paths = _candidates(settings)
        contents = {path: path.read_bytes() for path in paths}
    except PermissionError:
        raise SourceError(
            f"{settings.path} may not be read.", "Give the user read permission."
        ) from None
    files: dict[str, FecFile] = {}
    findings = []
    for path, content in contents.items():
        digest = _digest(content, settings, path)
        if digest in files:
            findings.append(f"{path.name} is a copy of {files[digest].path.name} and left out")
            continue
        files[digest] = FecFile(path, _closing_date(settings, path), digest)
    found = sorted(files.values(), key=lambda file: file.closing_date)
    for earlier, later in pairwise(found):
        if earlier.closing_date == later.closing_date:
            raise SourceError(
                f"{earlier.path.name} and {later.path.name} both close on {later.closing_date}.",
                "Keep the later export of that year.",
            )
    companies = {match["siren"] for path in paths if (match := _NAME.match(path.name))}
    if len(companies) > 1:
        raise SourceError(
            f"{settings.path} holds the books of {len(companies)} companies.",
            "Keep one company's files in the folder.",
        )
    return found, findings


def _candidates(settings: FecSource) -> list[Path]:
    if settings.path.is_file():
        return [settings.path]
    if not settings.path.is_dir():
        raise SourceError(f"{settings.path} does not exist.", "Correct [sources.fec] path.")
    paths = sorted(
        path
        for path in settings.path.iterdir()
        if path.is_file() and (_NAME.match(path.name) or path.name in settings.closing_dates)
    )
    if not paths:
        raise SourceError(
            f"Folder {settings.path} holds no file named <SIREN>FEC<AAAAMMJJ>.",
            "Put the exports there, or name them under [sources.fec.closing_dates].",
        )
    return paths


def _digest(content: bytes, settings: FecSource, path: Path) -> str:
    declared = f"{settings.encoding_of(path)} {settings.decimal}"
    return hashlib.sha256(content + declared.encode()).hexdigest()


def _closing_date(settings: FecSource, path: Path) -> date:
    if path.name in settings.closing_dates:
        return settings.closing_dates[path.name]
    match = _NAME.match(path.name)
    try:
        if match:
            return datetime.strptime(match["closing"], "%Y%m%d").date()  # noqa: DTZ007
    except ValueError:
        pass
    raise SourceError(
        f"{path.name} is not named <SIREN>FEC<AAAAMMJJ>, so its closing date is not known.",
        f'Rename it, or declare "{path.name}" under [sources.fec.closing_dates].',
    )
