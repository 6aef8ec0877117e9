"""Which saved model is in use from which day: a list by date beside the models.

Belongs here: reading and writing that list, and where the folders of a model lie. Does not belong
here: deciding (`models_ml.gate`), the files of one model (`models_ml.store`).

`models/<name>/<date>` holds every model ever trained, `models/<name>/champions.json` says from which
day which of them scores. A past day is scored by the champion of that day: a later one has seen how
its invoices ended.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from models_ml.store import (
    REMEDY,
    ModelMissingError,
    ModelTamperedError,
    sums_digest,
)
from orchestration.config import Company

MODELS = ("time_to_pay", "churn")
LIST_FILE = "champions.json"


@dataclass(frozen=True)
class Promotion:
    """One line of the list.

    Attributes:
        since: First business date it scores, ISO; its training date.
        folder: Name of its folder beside the list.
        model_version: Name of the model, from its content.
        sums_sha256: SHA-256 of the folder's list of hashes.
    """

    since: str
    folder: str
    model_version: str
    sums_sha256: str


def model_home(company: Company, model: str) -> Path:
    """Folder of all models of a name."""
    return company.models / model


def champion_folder(company: Company, model: str, day: date) -> Path | None:
    """The folder of the model in use on a day; None before the first was trained.

    Raises:
        ModelMissingError: Its folder is gone.
        ModelTamperedError: The list cannot be read, or the folder is not the one promoted.
    """
    return _folder(company, model, [p for p in _read(company, model) if p.since <= day.isoformat()])


def champion_before(company: Company, model: str, day: date) -> Path | None:
    """The champion a model trained on a day has to beat: training the day again changes nothing.

    Raises:
        ModelMissingError: As `champion_folder`.
        ModelTamperedError: As `champion_folder`.
    """
    return _folder(company, model, [p for p in _read(company, model) if p.since < day.isoformat()])


def promote(company: Company, model: str, folder: Path, version: str, day: date) -> None:
    """Have the model in a folder score from a day on; a promotion of the same day is replaced."""
    line = Promotion(day.isoformat(), folder.name, version, sums_digest(folder))
    kept = [p for p in _read(company, model) if p.since != line.since]
    _write(company, model, [*kept, line])


def withdraw(company: Company, model: str, day: date) -> None:
    """Forget a promotion of the day: trained again, the day's model was not promoted."""
    lines = _read(company, model)
    kept = [p for p in lines if p.since != day.isoformat()]
    if len(kept) < len(lines):
        _write(company, model, kept)


def _folder(company: Company, model: str, lines: list[Promotion]) -> Path | None:
    if not lines:
        return None
    newest = max(lines, key=lambda line: line.since)
    folder = model_home(company, model) / newest.folder
    if not folder.is_dir():
        raise ModelMissingError(f"{folder}: no such folder, yet it is the champion. {REMEDY}")
    if sums_digest(folder) != newest.sums_sha256:
        raise ModelTamperedError(f"{folder}: not the model that was promoted. {REMEDY}")
    return folder


def _read(company: Company, model: str) -> list[Promotion]:
    path = model_home(company, model) / LIST_FILE
    if not path.exists():
        return []
    try:
        return [Promotion(**line) for line in json.loads(path.read_text(encoding="utf-8"))]
    except (ValueError, TypeError):
        raise ModelTamperedError(
            f"{path}: not a list of champions. Remove it, then train again: encours train."
        ) from None


def _write(company: Company, model: str, lines: list[Promotion]) -> None:
    path = model_home(company, model) / LIST_FILE
    ordered = sorted(lines, key=lambda line: line.since)
    draft = path.with_name(path.name + ".part")
    draft.write_text(json.dumps([asdict(line) for line in ordered], indent=1) + "\n", "utf-8")
    draft.replace(path)
