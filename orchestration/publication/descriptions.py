"""What tables, columns and dbt tests mean, as the dbt project says it.

Belongs here: reading descriptions from the parsed project. Does not belong here: writing them
(dbt_project), where they are published (`about`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestration.publication.about import MARTS, Description

# Arguments of dbt's generic tests, as a sentence about the column or the table.
_SENTENCES = {
    "not_null": "{column} is never null.",
    "unique": "{column} never occurs twice.",
    "accepted_values": "{column} is one of {values}.",
    "unique_combination": "One row per {columns}.",
}


def read_manifest(path: Path) -> dict[str, Any]:
    """A parsed dbt project."""
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def mart_descriptions(manifest: Mapping[str, Any]) -> dict[str, Description]:
    """The descriptions of all marts, by table name."""
    return {
        node["alias"]: Description(
            _one_line(node["description"]),
            {
                column["name"]: _one_line(column["description"])
                for column in node["columns"].values()
            },
        )
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] == MARTS
    }


def test_descriptions(manifest: Mapping[str, Any]) -> dict[str, tuple[str, str | None, str]]:
    """Name, what must hold (None where only the name says it) and severity of dbt tests, by unique id."""
    return {
        key: (node["name"], _what_must_hold(node), str(node["config"]["severity"]).lower())
        for key, node in manifest["nodes"].items()
        if node["resource_type"] == "test"
    }


def _what_must_hold(node: Mapping[str, Any]) -> str | None:
    if node.get("description"):
        return _one_line(node["description"])
    if not node.get("test_metadata"):
        # A singular test is named after what must hold; its comment often tells of what must not.
        return node["name"].removeprefix("assert_").replace("_", " ").capitalize() + "."
    arguments = node["test_metadata"]["kwargs"]
    sentence = _SENTENCES.get(node["test_metadata"]["name"])
    if sentence is None:
        return None
    return sentence.format(
        column=arguments.get("column_name", ""),
        columns=", ".join(
            arguments.get("columns") or arguments.get("combination_of_columns") or ()
        ),
        values=", ".join(str(value) for value in arguments.get("values", ())),
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())
