"""What moved DSO: the bridge in words, as a waterfall and as tables.

Belongs here: `fct_dso_bridge`, one month or the sum of several. Does not belong here: the level of
DSO itself (`section.py`, `trend.py`).
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from dashboard.charts_waterfall import Level, Step, waterfall
from dashboard.parts import Cell, Chart, Column, Table, date_cell, days_cell
from dashboard.views.speed.facts import BRIDGE_LINES, Bridge, SpeedFacts
from dashboard.wording import Wording

# A change that the reader would see written as 0.0 days is none.
SAME_DAYS = Decimal("0.05")
_NAMED_OTHERS = 3
_TABLE_MONTHS = 12


def way(change: Decimal) -> str:
    """Return "longer", "shorter" or "same", as the reader sees the change written."""
    if abs(change) < SAME_DAYS:
        return "same"
    return "longer" if change > 0 else "shorter"


def cause(bridge: Bridge, line: str, wording: Wording) -> str:
    """Return what a line stands for in the direction in which it moved."""
    direction = "up" if bridge.lines[line] >= 0 else "down"
    return wording.say(f"bridge.{direction}.{line}")


def reason(bridge: Bridge, wording: Wording) -> str | None:
    """Say what moved DSO, the largest part first; None where nothing did."""
    seen = [line for line in BRIDGE_LINES if abs(bridge.lines[line]) >= SAME_DAYS]
    if not seen:
        return None
    main = bridge.main_line if way(bridge.change) != "same" else _largest_first(bridge, seen)[0]
    others = [line for line in _largest_first(bridge, seen) if line != main][:_NAMED_OTHERS]
    parts = [
        wording.say(
            "speed.other_cause",
            cause=cause(bridge, line, wording),
            days=wording.signed_days(bridge.lines[line]),
        )
        for line in others
    ]
    # What rounding leaves goes to the rest: the sentence adds up as it is read.
    named = sum((_as_read(bridge.lines[line]) for line in (main, *others)), Decimal(0))
    rest = _as_read(bridge.change) - named
    if rest:
        parts.append(wording.say("speed.rest", days=wording.signed_days(rest)))
    return wording.say(
        "speed.reason_and" if parts else "speed.reason",
        cause=cause(bridge, main, wording),
        days=wording.signed_days(bridge.lines[main]),
        others=", ".join(parts),
    )


def period_answer(bridge: Bridge, period: str, wording: Wording) -> str:
    """Say how DSO moved over the last complete month ("month") or twelve of them ("year")."""
    against = bridge.main_line_against
    answer = wording.say(
        f"speed.{period}_{way(bridge.change)}",
        month=wording.long_month(bridge.to_date),
        date=wording.date(bridge.to_date),
        opening=wording.days(float(bridge.opening_dso)),
        closing=wording.days(float(bridge.closing_dso)),
        cause=cause(bridge, bridge.main_line, wording),
        days=wording.signed_days(bridge.lines[bridge.main_line]),
    )
    if way(bridge.change) == "same" or abs(bridge.lines[against]) < SAME_DAYS:
        return answer
    # A line that moved the other way, perhaps further than any, is no less a part of it.
    return wording.say(
        "speed.with_against",
        answer=answer.removesuffix("."),
        cause=cause(bridge, against, wording),
        days=wording.signed_days(bridge.lines[against]),
    )


def bridge_chart(bridge: Bridge, wording: Wording) -> Chart:
    """Return the waterfall of a bridge."""
    gaps = {
        "opening": wording.days(float(bridge.opening_dso)),
        "closing": wording.days(float(bridge.closing_dso)),
        "before": wording.date(bridge.from_date),
        "date": wording.date(bridge.to_date),
    }
    steps = [
        Step(
            label=wording.say(f"bridge.label.{line}"),
            value=bridge.lines[line],
            text=wording.signed_days(bridge.lines[line]),
        )
        for line in BRIDGE_LINES
    ]
    figure = waterfall(
        Level(
            wording.say("bridge.level", date=wording.short_date(bridge.from_date)),
            float(bridge.opening_dso),
            gaps["opening"],
        ),
        steps,
        Level(
            wording.say("bridge.level", date=wording.short_date(bridge.to_date)),
            float(bridge.closing_dso),
            gaps["closing"],
        ),
        (wording.say("bridge.longer"), wording.say("bridge.shorter")),
        wording.locale,
    )
    points = ", ".join(f"{step.label} {step.text}" for step in steps)
    return Chart(
        "chart-dso-bridge",
        wording.say("bridge.chart", **gaps),
        wording.say("bridge.chart_text", points=points, **gaps),
        figure,
    )


def bridge_table(speed: SpeedFacts, wording: Wording) -> Table | None:
    """Return the lines of the bridges compared, each with what it means; None without any."""
    compared = [
        (speed.since_previous, "since", {"date": _date(speed.since_previous, wording)}),
        (speed.last_month, "in_month", {"month": wording.month(speed.complete_month_end)}),
        (speed.last_year, "in_year", {"date": wording.date(speed.complete_month_end)}),
    ]
    if speed.is_month_end:
        # What moved since the month end before is the month.
        del compared[0]
    known = [(bridge, key, gaps) for bridge, key, gaps in compared if bridge is not None]
    if not known:
        return None
    bridges = [bridge for bridge, _, _ in known]
    rows = [
        _level_row("opening", [bridge.opening_dso for bridge in bridges], wording),
        *(_line_row(line, bridges, wording) for line in BRIDGE_LINES),
    ]
    return Table(
        caption=wording.say("bridge.table"),
        columns=(
            Column(wording.say("bridge.line"), is_figure=False),
            *(Column(wording.say(f"bridge.{key}", **gaps)) for _, key, gaps in known),
        ),
        rows=tuple(rows),
        total=_level_row("closing", [bridge.closing_dso for bridge in bridges], wording),
        note=wording.say("bridge.table_note"),
    )


def months_table(speed: SpeedFacts, wording: Wording) -> Table | None:
    """Return the bridge of each of the last twelve months, newest first; None without any."""
    steps = speed.steps[-_TABLE_MONTHS:][::-1]
    if not steps:
        return None
    columns = (
        Column(wording.say("column.date"), is_figure=False),
        Column(wording.say("bridge.opening")),
        *(Column(wording.say(f"bridge.label.{line}")) for line in BRIDGE_LINES),
        Column(wording.say("bridge.closing")),
    )
    rows = tuple(
        (
            date_cell(wording, step.to_date),
            _level_cell(step.opening_dso, wording),
            *(_change_cell(step.lines[line], wording) for line in BRIDGE_LINES),
            _level_cell(step.closing_dso, wording),
        )
        for step in steps
    )
    return Table(wording.say("bridge.months"), columns, rows, is_folded=True)


def _as_read(days: Decimal) -> Decimal:
    return days.quantize(Decimal("0.1"), ROUND_HALF_UP)


def _largest_first(bridge: Bridge, lines: list[str]) -> list[str]:
    return sorted(lines, key=lambda line: -abs(bridge.lines[line]))


def _date(bridge: Bridge | None, wording: Wording) -> str:
    return wording.date(bridge.from_date if bridge else None)


def _line_row(line: str, bridges: list[Bridge], wording: Wording) -> tuple[Cell, ...]:
    name = Cell(wording.say(f"bridge.label.{line}"), detail=wording.say(f"bridge.meaning.{line}"))
    return (name, *(_change_cell(bridge.lines[line], wording) for bridge in bridges))


def _level_row(key: str, levels: list[Decimal], wording: Wording) -> tuple[Cell, ...]:
    return (
        Cell(wording.say(f"bridge.{key}")),
        *(_level_cell(level, wording) for level in levels),
    )


def _level_cell(level: Decimal, wording: Wording) -> Cell:
    return days_cell(wording, float(level))


def _change_cell(days: Decimal, wording: Wording) -> Cell:
    return Cell(wording.signed_days(days), str(days))
