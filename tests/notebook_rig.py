"""Notebooks as tests run them: their cells, in order, in one namespace.

Belongs here: reading and executing. Does not belong here: what a notebook should find.
"""

import json
from pathlib import Path
from typing import Any

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


def cells(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def code(path: Path) -> list[str]:
    return ["".join(cell["source"]) for cell in cells(path) if cell["cell_type"] == "code"]


def run(path: Path) -> dict[str, Any]:
    """Execute the code cells in order in one namespace and return it."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for number, source in enumerate(code(path), start=1):
        exec(compile(source, f"{path.name} cell {number}", "exec"), namespace)
    return namespace


def run_named(stem: str) -> dict[str, Any]:
    """Execute a notebook by its name."""
    return run(next(path for path in NOTEBOOKS if path.stem == stem))
