"""A saved model's first load, in a process of its own.

Belongs here: starting the child, reading how it ended, remembering that it went well; what the child
does. Does not belong here: hashes and formats (store.py).

A booster that was tampered with (and whose hash was written anew) can end the interpreter that reads
it, or keep it busy for ever. So a file is loaded in a child first, once: what passed is remembered
beside it by its hash.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from models_ml.checks import ModelInputError

TIMEOUT_SECONDS = 120.0
PASSED_FILE = "loaded_apart"


def why_unusable(folder: Path, name: str, timeout_seconds: float = TIMEOUT_SECONDS) -> str | None:
    """Load and predict once in a child process; None if that went well, else what happened.

    Args:
        folder: of a saved model.
        name: of the file with the model's document.
        timeout_seconds: after which the child is killed.
    """
    digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    note = folder / PASSED_FILE
    if note.exists() and f"{digest}  {name}" in note.read_text(encoding="utf-8").splitlines():
        return None
    command = [sys.executable, "-m", "models_ml.loading", str(folder.resolve()), name]
    root = Path(__file__).resolve().parent.parent
    try:
        child = subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=root, timeout=timeout_seconds
        )
    except subprocess.TimeoutExpired:
        return f"loading it took more than {timeout_seconds:.0f} seconds"
    if child.returncode < 0:
        return f"loading it ended the interpreter with signal {-child.returncode}"
    if child.returncode:
        lines = child.stderr.strip().splitlines()
        return f"loading it failed: {lines[-1][:200].rstrip('.') if lines else 'no message'}"
    # A folder that may not be written costs the child again tomorrow, nothing else.
    with suppress(OSError), note.open("a", encoding="utf-8") as stream:
        stream.write(f"{digest}  {name}\n")
    return None


def load_and_predict(document: dict[str, Any]) -> None:
    """Rebuild a model and have it predict one row of missing values.

    Raises:
        ModelInputError: the prediction is no probability.
    """
    import numpy as np

    from models_ml.card import model_from_document

    check_trees(document)
    model: Any = model_from_document(document, {"model_version": "untried"})
    predict = model.incidence if document["kind"] == "time_to_pay" else model.probability
    values = predict(blank_row(document["kind"]))
    known = values[~np.isnan(values)]
    if ((known < -1e-9) | (known > 1 + 1e-9)).any():
        raise ModelInputError("The model predicts values that are no probabilities.")


def check_trees(document: Any) -> None:
    """Refuse a booster that has no end or points outside of its own arrays.

    The row tried walks one path; a later row must not be the first on a broken one. A node that is
    the child of one node at most, the root of none: no walk from the root comes round again.

    Raises:
        ModelInputError: a tree is broken.
    """
    if isinstance(document, list):
        for part in document:
            check_trees(part)
    elif isinstance(document, dict) and "learner" in document:
        model = document["learner"]["gradient_booster"]["model"]
        sizes = document["learner"]["learner_model_param"]
        columns = int(sizes["num_feature"])
        outputs = max(int(sizes.get("num_class", 0)), 1) * max(int(sizes.get("num_target", 1)), 1)
        if not all(0 <= output < outputs for output in model["tree_info"]):
            raise ModelInputError("A tree adds to an output that is not there.")
        for number, tree in enumerate(model["trees"]):
            _check_tree(tree, columns, number)
    elif isinstance(document, dict):
        for part in document.values():
            check_trees(part)


def _check_tree(tree: dict[str, Any], columns: int, number: int) -> None:
    import numpy as np

    left, right = (np.asarray(tree[f"{side}_children"], np.int64) for side in ("left", "right"))
    split = np.asarray(tree["split_indices"], np.int64)
    size = len(left)
    children = np.concatenate([left, right])
    named = children[children >= 0]
    whole = size > 0 and len(right) == len(split) == len(tree["split_conditions"]) == size
    inside = (
        (children >= -1).all() and (children < size).all() and ((left < 0) == (right < 0)).all()
    )
    if not (whole and inside and (split >= 0).all() and (split < max(columns, 1)).all()):
        raise ModelInputError(f"Tree {number} points outside of its own arrays.")
    if len(np.unique(named)) != len(named) or (named == 0).any():
        raise ModelInputError(f"Tree {number} has no end.")


def blank_row(kind: str) -> Any:
    """Return one feature row with a key and nothing else known."""
    import numpy as np
    import pandas as pd

    from models_ml import features

    numbers: tuple[str, ...] = features.INVOICE_NUMERIC
    words: tuple[str, ...] = features.INVOICE_CATEGORICAL
    if kind == "churn":
        numbers, words = features.CUSTOMER_NUMERIC, features.CUSTOMER_CATEGORICAL
    row: dict[str, Any] = {**dict.fromkeys(numbers, np.nan), **dict.fromkeys(words)}
    row |= {"landmark_date": pd.Timestamp("2000-01-01"), "as_of_date": pd.Timestamp("2000-01-01")}
    row |= {"invoice_id": "none", "customer_id": "none"}
    if kind == "time_to_pay":
        row |= {"days_to_due": 0.0, "age_days": 0.0}
        row |= dict.fromkeys(features.INVOICE_FLAGS, False)
    return pd.DataFrame([row])


if __name__ == "__main__":
    try:
        load_and_predict(json.loads((Path(sys.argv[1]) / sys.argv[2]).read_bytes()))
    except Exception as error:
        sys.exit(f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}")
