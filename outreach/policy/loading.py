"""The policy file: read, validated, explained.

Belongs here: the way in to `policy.yml`, and a sentence for every mistake in it. Does not belong
here: its shape (`shape`), its rows (`tables`), applying it (dbt decides), rendering.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from outreach.policy.shape import Policy

DEFAULT_POLICY_PATH = Path(__file__).with_name("default_policy.yml")

# Keys of policies written before there were segments, and where their content goes.
_MOVED = {
    "steps": (
        "steps now belong to a scenario: move them under `scenarios:` as `standard: {steps: [...]}`, "
        "and add `segments: [{name: everyone, scenario: standard, lane: person}]`"
    ),
    "caps.days_between_contacts": "is now a window: write `contacts: 1` and `days:` with its value",
}


class PolicyError(Exception):
    """A policy that cannot be used; `problems` holds one line each: place, what, remedy."""

    def __init__(self, problems: list[str]):
        super().__init__("\n".join(problems))
        self.problems = problems


class _OnceLoader(yaml.SafeLoader):
    """A safe loader that refuses a key given twice, of which YAML would keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(
                    None, None, f"key '{key}' is given twice; keep one", node.start_mark
                )
        return super().construct_mapping(node, deep)


def load_policy(path: Path = DEFAULT_POLICY_PATH) -> Policy:
    """Read and validate a policy file.

    Args:
        path: a YAML file; the shipped default when not given.

    Raises:
        PolicyError: the file cannot be read, is no YAML mapping, or breaks a rule; one line each.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_OnceLoader)  # noqa: S506
    except OSError as error:
        raise PolicyError([f"{path}: {error.strerror}; run `encours init` to write one"]) from error
    except UnicodeDecodeError as error:
        raise PolicyError([f"{path}: not UTF-8 text; save the file as UTF-8"]) from error
    except yaml.YAMLError as error:
        raise PolicyError([f"{path}: {_explain_yaml(error)}"]) from error
    if not isinstance(content, dict):
        raise PolicyError([f"{path}: not a mapping; start from `encours init`'s policy"])
    try:
        return Policy.model_validate(content)
    except ValidationError as error:
        problems = [line for problem in error.errors() for line in _explain(problem)]
        raise PolicyError([f"{path}: {line}" for line in problems]) from error


def _explain_yaml(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    place = f"line {mark.line + 1}: " if mark else ""
    return f"{place}{getattr(error, 'problem', None) or 'not YAML'}"


def _explain(problem: Any) -> list[str]:
    """Return the lines of one problem; a rule between sections names its places itself."""
    # A wrong name of a scenario or a date is reported at its "[key]"; the name itself says it.
    parts = [part for part in problem["loc"] if part != "[key]"]
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).lstrip(
        "."
    )
    kind, given = problem["type"], problem["input"]
    if kind == "value_error":
        reasons = problem["msg"].removeprefix("Value error, ").split("\n")
        return [f"{place}: {reason}" if place else reason for reason in reasons]
    if place in _MOVED and kind == "extra_forbidden":
        reason = _MOVED[place]
    elif kind == "missing":
        reason = "is missing; copy it from the default policy (`encours init`)"
    elif kind == "extra_forbidden":
        reason = "is not a key of the policy; correct its spelling or remove it"
    elif kind == "string_type":
        reason = f"{given!r} is read as no text; write it in quotes"
    else:
        message = problem["msg"]
        reason = f"{given!r} does not fit: {message[0].lower()}{message[1:]}; correct the value"
    return [f"{place}: {reason}"]
