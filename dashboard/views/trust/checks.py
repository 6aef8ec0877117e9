"""What the run's checks found: how many of each kind passed, and each that did not by name.

Belongs here: `about.checks` in words. Does not belong here: the checks, and which of them stop a day
(orchestration, dbt tests).
"""

from __future__ import annotations

import re

from dashboard.parts import Block, Cell, Column, Table, count_cell
from dashboard.views.trust.facts import Check, TrustFacts
from dashboard.views.trust.names import is_named
from dashboard.wording import Wording

_ON_ARRIVAL = ("expectations", "unusual", "quarantined_share")
_GENERIC = ("unique_", "not_null_", "accepted_values_", "relationships_")
# How a check of what arrived names what it found: an expectation, the columns, a count or a value.
_EXPECTATION = re.compile(r"expect_\w+ on (?P<columns>\w+(?:, \w+)*): (?P<found>\S+)")
_KINDS = ("arrival", "invariant", "key", "other")


def checks_answer(trust: TrustFacts, wording: Wording) -> tuple[str, ...]:
    """Say how many checks passed; nothing where the publication does not know."""
    if not trust.checks:
        return ()
    count = wording.counted("check", len(trust.checks))
    if all(check.passed for check in trust.checks):
        return (wording.say("trust.checks_passed", checks=count),)
    failed = sum(check.is_failed for check in trust.checks)
    passed = sum(check.passed for check in trust.checks)
    return (
        wording.say(
            "trust.checks_found",
            checks=count,
            passed=wording.whole_number(passed),
            failed=wording.whole_number(failed),
            odd=wording.whole_number(len(trust.checks) - passed - failed),
        ),
    )


def checks_block(trust: TrustFacts, wording: Wording) -> Block:
    """Return the checks by kind, and those that did not pass."""
    heading = wording.say("trust.checks")
    if trust.checks is None:
        return Block(heading, missing=(wording.say("trust.checks_unknown"),))
    if not trust.checks:
        return Block(heading, missing=(wording.say("trust.checks_none"),))
    found = [check for check in trust.checks if not check.passed]
    return Block(
        heading,
        answers=() if found else (wording.say("trust.checks_clean"),),
        tables=(
            *((_found_table(found, wording),) if found else ()),
            _kinds_table(trust.checks, wording),
        ),
    )


def kind_of(check: Check) -> str:
    """Return what a check is about: what arrived, accounting, keys and values, or the rest."""
    if check.check_name in _ON_ARRIVAL:
        return "arrival"
    if check.check_name.startswith("assert_"):
        return "invariant"
    return "key" if check.check_name.startswith(_GENERIC) else "other"


def _found_table(found: list[Check], wording: Wording) -> Table:
    columns = (
        Column(wording.say("trust.check"), is_figure=False),
        Column(wording.say("trust.check_asked"), is_figure=False),
        Column(wording.say("trust.check_result"), is_figure=False),
        Column(wording.say("trust.check_found"), is_figure=False),
    )
    ranked = sorted(found, key=lambda check: not check.is_failed)
    rows = tuple(
        (
            _name(check, wording),
            Cell(check.asset),
            Cell(wording.say("trust_state.failed" if check.is_failed else "trust_state.odd")),
            Cell(_found(check, wording)),
        )
        for check in ranked
    )
    return Table(wording.say("trust.checks_found_caption"), columns, rows)


def _name(check: Check, wording: Wording) -> Cell:
    if is_named(wording, "trust_check", check.check_name):
        return Cell(wording.say(f"trust_check.{check.check_name}"))
    name = check.check_name.removeprefix("assert_").replace("_", " ")
    if wording.locale == "en":
        return Cell(check.description or name)
    # Checks describe themselves in English only: their kind is said, their name is left to find it.
    return Cell(wording.say(f"trust_kind.{kind_of(check)}"), detail=name)


def _found(check: Check, wording: Wording) -> str:
    """What a check says it found, in words where it speaks of expectations."""
    if not check.detail:
        return wording.say("general.unknown")
    found = [_expected(match, wording) for match in _EXPECTATION.finditer(check.detail)]
    return " · ".join(found) or check.detail


def _expected(match: re.Match[str], wording: Wording) -> str:
    columns = match["columns"].split(", ")
    if len(columns) == 1 and is_named(wording, "trust", f"odd_{columns[0]}"):
        return wording.say(f"trust.odd_{columns[0]}")
    if len(columns) == 2 and match["found"].isdigit():
        later, earlier = (column.replace("_", " ") for column in columns)
        rows = wording.counted("row", int(match["found"]))
        return wording.say("trust.odd_order", later=later, earlier=earlier, rows=rows)
    return match[0]


def _kinds_table(checks: tuple[Check, ...], wording: Wording) -> Table:
    columns = (
        Column(wording.say("trust.check_kind"), is_figure=False),
        Column(wording.say("trust.check_count")),
        Column(wording.say("trust.check_passed")),
        Column(wording.say("trust.check_failed")),
        Column(wording.say("trust.check_odd")),
    )
    rows = tuple(
        _counts(wording.say(f"trust_kind.{kind}"), of_kind, wording)
        for kind in _KINDS
        if (of_kind := [check for check in checks if kind_of(check) == kind])
    )
    total = _counts(wording.say("general.total"), list(checks), wording)
    return Table(wording.say("trust.checks_caption"), columns, rows, total)


def _counts(name: str, checks: list[Check], wording: Wording) -> tuple[Cell, ...]:
    passed = sum(check.passed for check in checks)
    failed = sum(check.is_failed for check in checks)
    counts = (len(checks), passed, failed, len(checks) - passed - failed)
    return (Cell(name), *(count_cell(wording, count) for count in counts))
