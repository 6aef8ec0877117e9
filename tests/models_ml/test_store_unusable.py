"""A file made to harm, with the right hash: it is named, and the process that asked lives on."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models_ml.hazard import TimeToPayModel
from models_ml.loading import PASSED_FILE, check_trees
from models_ml.store import (
    ModelMissingError,
    ModelTamperedError,
    ModelUnusableError,
    ModelVersionError,
    load_beside,
    load_model,
    load_twin,
    save_model,
)

Change = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def saved(tmp_path_factory, hazard: TimeToPayModel) -> Path:
    folder = tmp_path_factory.mktemp("model")
    save_model(hazard, folder, {"drift": {"customers": 3}})
    return folder


def changed(saved: Path, target: Path, change: Change, name: str = "model.json") -> Path:
    """Copy a model, change its document and write the hash that fits."""
    shutil.copytree(saved, target, dirs_exist_ok=True)
    (target / PASSED_FILE).unlink(missing_ok=True)
    document = json.loads((target / name).read_text())
    change(document)
    text = json.dumps(document)
    (target / name).write_text(text)
    rehash(target, name, text)
    return target


def rehash(folder: Path, name: str, text: str) -> None:
    digest = hashlib.sha256(text.encode()).hexdigest()
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    kept = [line for line in lines if not line.endswith(f"  {name}")]
    (folder / "SHA256SUMS").write_text("\n".join([*kept, f"{digest}  {name}"]) + "\n")


def first_tree(document: dict[str, Any]) -> dict[str, Any]:
    tree: dict[str, Any] = document["booster"]["learner"]["gradient_booster"]["model"]["trees"][0]
    return tree


def crash(document: dict[str, Any]) -> None:
    """Categories that lie outside of their array: the library reads outside of its memory."""
    tree = first_tree(document)
    tree["categories"] = [1]
    tree["categories_nodes"], tree["split_type"][0] = [0], 1
    tree["categories_segments"], tree["categories_sizes"] = [2**40], [2**40]


def add_to_nothing(document: dict[str, Any]) -> None:
    model = document["booster"]["learner"]["gradient_booster"]["model"]
    model["tree_info"] = [5_000_000] * len(model["tree_info"])


def loop(document: dict[str, Any]) -> None:
    first_tree(document)["left_children"][0] = 0


def point_outside(document: dict[str, Any]) -> None:
    first_tree(document)["split_indices"][0] = 1_000_000


def empty(document: dict[str, Any]) -> None:
    first_tree(document)["split_conditions"] = []


def test_a_file_that_ends_the_interpreter_ends_a_child_only(saved: Path, tmp_path: Path):
    with pytest.raises(
        ModelUnusableError, match=r"model.json: loading it ended .* signal .*encours train"
    ):
        load_model(changed(saved, tmp_path, crash))
    assert not (tmp_path / PASSED_FILE).exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (loop, "Tree 0 has no end"),
        (point_outside, "Tree 0 points outside"),
        (empty, "Tree 0 points outside"),
        (add_to_nothing, "an output that is not there"),
    ],
)
def test_a_broken_tree_is_found_before_it_is_walked(saved: Path, change: Change, message: str):
    document = json.loads((saved / "model.json").read_text())
    check_trees(document)
    change(document)
    with pytest.raises(ValueError, match=message):
        check_trees(document)


def test_a_broken_tree_is_named_with_its_file(saved: Path, tmp_path: Path):
    with pytest.raises(
        ModelUnusableError, match=r"model.json: loading it failed: .*Tree 0 has no end"
    ):
        load_model(changed(saved, tmp_path, loop))


def test_a_load_that_takes_for_ever_is_given_up(saved: Path, tmp_path: Path):
    folder = changed(saved, tmp_path, lambda document: None)
    with pytest.raises(ModelUnusableError, match="took more than 0 seconds"):
        load_model(folder, timeout_seconds=0.01)


def test_the_twin_is_tried_apart_too(saved: Path, tmp_path: Path):
    twin = load_twin(saved)
    assert twin is not None
    assert twin[1] < "2026-06-30"
    with pytest.raises(ModelUnusableError, match=r"twin.json"):
        load_twin(changed(saved, tmp_path, loop, "twin.json"))


def test_what_passed_once_is_not_tried_again(saved: Path, monkeypatch: pytest.MonkeyPatch):
    load_model(saved)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a child was started again")

    monkeypatch.setattr("subprocess.run", refuse)
    load_model(saved)


def test_the_note_of_one_file_does_not_pass_another(saved: Path, tmp_path: Path):
    load_model(saved)
    note = (saved / PASSED_FILE).read_text()
    folder = changed(saved, tmp_path, loop)
    (folder / PASSED_FILE).write_text(note)
    with pytest.raises(ModelUnusableError):
        load_model(folder)


def test_a_document_that_is_no_model_is_named(saved: Path, tmp_path: Path):
    with pytest.raises(ModelUnusableError, match="not the document of a model"):
        load_model(changed(saved, tmp_path, lambda document: document.pop("encoding")))


def test_features_that_are_no_longer_built_are_named(saved: Path, tmp_path: Path):
    def rename(document: dict[str, Any]) -> None:
        document["encoding"]["numeric"][0] = "star_sign"

    with pytest.raises(ModelVersionError, match=r"feature\(s\) star_sign.*encours train"):
        load_model(changed(saved, tmp_path, rename))


def test_a_document_beside_the_model_is_checked_too(saved: Path, tmp_path: Path):
    assert load_beside(saved, "drift") == {"customers": 3}
    assert load_beside(saved, "landing") is None
    shutil.copytree(saved, tmp_path, dirs_exist_ok=True)
    (tmp_path / "drift.json").write_text("{}")
    with pytest.raises(ModelTamperedError, match=r"drift.json"):
        load_beside(tmp_path, "drift")
    (tmp_path / "drift.json").unlink()
    with pytest.raises(ModelMissingError, match=r"drift.json: no such file"):
        load_beside(tmp_path, "drift")


def test_the_card_is_a_page_too(saved: Path):
    page = (saved / "model_card.md").read_text()
    for words in (
        "# Model card: time to pay",
        "## Known limits",
        "coverage_80",
        "d1_30",
        "## Features",
    ):
        assert words in page, words
