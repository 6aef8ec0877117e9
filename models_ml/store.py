"""Saved models: JSON, a SHA-256 beside each file, a model card; checked before anything is loaded.

Belongs here: writing and reading a model's folder. Does not belong here: which model is used
(orchestration), formats that can run code (a pickle never).

A hash says that a file is the one that was written, not who wrote it: it guards against damage and
careless hands. Against a file made to harm, its first load happens in a process of its own.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models_ml.card import FORMAT_VERSION, canonical_json, model_document, model_from_document
from models_ml.card_page import card_page
from models_ml.loading import TIMEOUT_SECONDS, why_unusable

if TYPE_CHECKING:
    from models_ml.churn_model import ChurnModel
    from models_ml.hazard import TimeToPayModel

    Model = TimeToPayModel | ChurnModel

MODEL_FILE = "model.json"
TWIN_FILE = "twin.json"
CARD_FILE = "model_card.json"
PAGE_FILE = "model_card.md"
HASH_FILE = "SHA256SUMS"
REMEDY = "Train again: encours train."


class ModelStoreError(RuntimeError):
    """A saved model cannot be used; the message says which file and what to do."""


class ModelMissingError(ModelStoreError):
    """A file of a saved model is absent."""


class ModelTamperedError(ModelStoreError):
    """A file of the model is not the one whose hash was written beside it."""


class ModelVersionError(ModelStoreError):
    """The model was saved in another format, or learned features this code does not build."""


class ModelUnusableError(ModelStoreError):
    """The file is the one that was written, and no model that can be loaded."""


def save_model(
    model: Model, folder: Path | str, beside: dict[str, dict[str, Any]] | None = None
) -> Path:
    """Write model, card and hashes into ``folder`` (made if absent), each file replaced whole.

    The hashes come last: a folder left half-written is refused by ``load_model``.

    Args:
        model: with its card; the twin of its trial, where it has one, is written too.
        folder: where to.
        beside: further JSON documents by name, read back by ``load_beside``.

    Returns:
        The path of the model file.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        MODEL_FILE: canonical_json(model_document(model)),
        CARD_FILE: json.dumps(model.card, indent=2, sort_keys=True, allow_nan=False) + "\n",
        PAGE_FILE: card_page(model.card),
        **{f"{name}.json": canonical_json(document) for name, document in (beside or {}).items()},
    }
    if model.trial is not None:
        texts[TWIN_FILE] = canonical_json(
            {"cutoff": model.trial.cutoff, **model_document(model.trial.twin)}
        )
    for name, text in texts.items():
        _replace(folder / name, text)
    sums = "".join(f"{_sha256(text.encode())}  {name}\n" for name, text in sorted(texts.items()))
    _replace(folder / HASH_FILE, sums)
    return folder / MODEL_FILE


def load_model(folder: Path | str, timeout_seconds: float = TIMEOUT_SECONDS) -> Model:
    """Read a model that ``save_model`` wrote, after its hashes, its format and a trial load.

    Raises:
        ModelMissingError: a file of the model is absent.
        ModelTamperedError: a file differs from its hash.
        ModelVersionError: the model was saved in another format or with other features.
        ModelUnusableError: a process of its own could not load it or predict with it.
    """
    folder = Path(folder)
    card = read_card(folder)
    return _loaded(folder, MODEL_FILE, card, timeout_seconds)


def load_twin(
    folder: Path | str, timeout_seconds: float = TIMEOUT_SECONDS
) -> tuple[Model, str] | None:
    """Return the twin of a saved model and its cutoff; None where it was never tried.

    Raises:
        ModelStoreError: as ``load_model``.
    """
    folder = Path(folder)
    card = read_card(folder)
    if TWIN_FILE not in _read_sums(folder):
        return None
    cutoff = str(json.loads(_checked(folder, TWIN_FILE))["cutoff"])
    return _loaded(folder, TWIN_FILE, card, timeout_seconds), cutoff


def load_beside(folder: Path | str, name: str) -> dict[str, Any] | None:
    """Return a document that was saved beside the model; None where there is none of that name.

    Raises:
        ModelTamperedError: the file differs from its hash.
    """
    folder = Path(folder)
    if f"{name}.json" not in _read_sums(folder):
        return None
    document: dict[str, Any] = json.loads(_checked(folder, f"{name}.json"))
    return document


def read_card(folder: Path | str) -> dict[str, Any]:
    """Return the card of a saved model in this format.

    Raises:
        ModelStoreError: a file is absent, differs from its hash, or is of another format.
    """
    folder = Path(folder)
    card: dict[str, Any] = json.loads(_checked(folder, CARD_FILE))
    if card.get("format_version") != FORMAT_VERSION:
        raise ModelVersionError(
            f"{folder}: saved in format {card.get('format_version')!r}, this version reads "
            f"{FORMAT_VERSION}. {REMEDY}"
        )
    return card


def sums_digest(folder: Path | str) -> str:
    """Return the SHA-256 of a folder's list of hashes: one name for all it holds."""
    return _sha256(_read(Path(folder) / HASH_FILE))


def _loaded(folder: Path, name: str, card: dict[str, Any], timeout_seconds: float) -> Model:
    content = _checked(folder, name)
    try:
        document = json.loads(content)
        _refuse_unknown_features(folder, document)
        if reason := why_unusable(folder, name, timeout_seconds):
            raise ModelUnusableError(f"{folder / name}: {reason}. {REMEDY}")
        return model_from_document(document, card)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ModelUnusableError(
            f"{folder / name}: not the document of a model ({type(error).__name__}: {error}). {REMEDY}"
        ) from None


def _refuse_unknown_features(folder: Path, document: dict[str, Any]) -> None:
    from models_ml import features

    if document["kind"] == "time_to_pay":
        built = {*features.INVOICE_NUMERIC, *features.INVOICE_CATEGORICAL}
    else:
        built = {*features.CUSTOMER_NUMERIC, *features.CUSTOMER_CATEGORICAL}
    parts = (
        [document] if "encoding" in document else [document["main"], document["payment_failure"]]
    )
    encodings = [features.Encoding.from_json(part["encoding"]) for part in parts if part]
    learned = {name for encoding in encodings for name in encoding.names}
    if unknown := sorted(learned - built):
        raise ModelVersionError(
            f"{folder}: learned the feature(s) {', '.join(unknown)}, which this version does not "
            f"build. {REMEDY}"
        )


def _read_sums(folder: Path) -> dict[str, str]:
    lines = _read(folder / HASH_FILE).decode("utf-8", "replace").splitlines()
    pairs = [line.split("  ", 1) for line in lines if "  " in line]
    return {name: digest for digest, name in pairs}


def _checked(folder: Path, name: str) -> bytes:
    content = _read(folder / name)
    if _sha256(content) != _read_sums(folder).get(name):
        raise ModelTamperedError(
            f"{folder / name}: not the file whose hash stands in {HASH_FILE}. {REMEDY}"
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
