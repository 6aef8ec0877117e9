"""Saved models: JSON, a SHA-256 beside it, a model card; checked before anything is loaded.

Belongs here: writing and reading a model's folder. Does not belong here: which model is used
(orchestration), formats that can run code (a pickle never).
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models_ml.card import FORMAT_VERSION, canonical_json, model_document, model_from_document

if TYPE_CHECKING:
    from models_ml.churn import ChurnModel
    from models_ml.hazard import TimeToPayModel

MODEL_FILE = "model.json"
CARD_FILE = "model_card.json"
HASH_FILE = "SHA256SUMS"


class ModelStoreError(RuntimeError):
    """A saved model cannot be used; the message says which file and what to do."""


class ModelMissingError(ModelStoreError):
    """The folder holds no saved model."""


class ModelTamperedError(ModelStoreError):
    """A file of the model is not the one whose hash was written beside it."""


class ModelVersionError(ModelStoreError):
    """The model was saved in another format than this code reads."""


def save_model(model: TimeToPayModel | ChurnModel, folder: Path | str) -> Path:
    """Write model, card and hashes into ``folder`` (made if absent), each file replaced whole.

    The hashes come last: a folder left half-written is refused by ``load_model``.

    Returns:
        The path of the model file.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        MODEL_FILE: canonical_json(model_document(model)),
        CARD_FILE: json.dumps(model.card, indent=2, sort_keys=True, allow_nan=False) + "\n",
    }
    for name, text in texts.items():
        _replace(folder / name, text)
    sums = "".join(f"{_sha256(text.encode())}  {name}\n" for name, text in texts.items())
    _replace(folder / HASH_FILE, sums)
    return folder / MODEL_FILE


def load_model(folder: Path | str) -> TimeToPayModel | ChurnModel:
    """Read a model that ``save_model`` wrote, after checking its hashes and format.

    Raises:
        ModelMissingError: a file of the model is absent.
        ModelTamperedError: a file differs from its hash.
        ModelVersionError: the model was saved in another format.
    """
    folder = Path(folder)
    expected = _read_sums(folder)
    card: dict[str, Any] = json.loads(_checked(folder, CARD_FILE, expected))
    content = _checked(folder, MODEL_FILE, expected)
    if card.get("format_version") != FORMAT_VERSION:
        raise ModelVersionError(
            f"{folder}: saved in format {card.get('format_version')!r}, this version reads "
            f"{FORMAT_VERSION}. Train again: encours train."
        )
    return model_from_document(json.loads(content), card)


def _read_sums(folder: Path) -> dict[str, str]:
    lines = _read(folder / HASH_FILE).decode("utf-8", "replace").splitlines()
    pairs = [line.split("  ", 1) for line in lines if "  " in line]
    return {name: digest for digest, name in pairs}


def _checked(folder: Path, name: str, expected: dict[str, str]) -> bytes:
    content = _read(folder / name)
    if _sha256(content) != expected.get(name):
        raise ModelTamperedError(
            f"{folder / name}: not the file whose hash stands in {HASH_FILE}. "
            "Train again: encours train."
        )
    return content


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise ModelMissingError(f"{path}: no such file. Train first: encours train.") from None


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _replace(path: Path, text: str) -> None:
    temporary = path.with_name(path.name + ".part")
    temporary.write_bytes(text.encode())
    temporary.replace(path)
