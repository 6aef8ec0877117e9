"""How far the balance depends on few customers, and who they are.

Belongs here: `fct_exposure_concentration` and the largest of `fct_customer_360` in words. Does not
belong here: every customer (`drill.py`).
"""

from __future__ import annotations

from dashboard.parts import Block, Cell, Column, Table, count_cell, money_cell, share_cell
from dashboard.views.owed.facts import Exposure, OwedFacts
from dashboard.views.owed.risk_facts import Concentration
from dashboard.wording import Wording, share_of

_TOPS = (1, 5, 10, 20)


def exposures_block(facts: OwedFacts, wording: Wording) -> Block | None:
    """Say how concentrated the balance is, and list the largest; None where nobody owes."""
    concentration = facts.concentration
    answers: tuple[str, ...] = ()
    tables = []
    if concentration is not None and concentration.herfindahl_index is not None:
        answers = _answers(concentration, wording)
        tables.append(_concentration_table(concentration, wording))
    if facts.top_exposures:
        tables.append(_exposure_table(facts, wording))
    if not tables:
        return None
    return Block(wording.say("exposure.heading"), answers=answers, tables=tuple(tables))


def _answers(concentration: Concentration, wording: Wording) -> tuple[str, ...]:
    answers = [
        _shares(concentration, wording),
        wording.say(
            "exposure.equal",
            owing=wording.counted("owing_customer", concentration.open_customer_count),
            equal=wording.number(concentration.equal_customer_count, 1),
        ),
    ]
    group, first = concentration.largest_group_rate, concentration.top_1_rate
    if group is not None and first is not None and group > first:
        answers.append(wording.say("exposure.group", share=wording.share(group)))
    return tuple(answers)


def _shares(concentration: Concentration, wording: Wording) -> str:
    first, ten = wording.share(concentration.top_1_rate), wording.share(concentration.top_10_rate)
    past_due = concentration.top_10_past_due_rate
    if past_due is None:
        return wording.say("exposure.shares_not_due", first=first, ten=ten)
    return wording.say("exposure.shares", first=first, ten=ten, past_due=wording.share(past_due))


def _concentration_table(concentration: Concentration, wording: Wording) -> Table:
    columns = (
        Column(wording.say("exposure.largest"), is_figure=False),
        Column(wording.say("column.open")),
        Column(wording.say("column.share")),
    )
    rows = [
        (
            Cell(wording.say("exposure.top", count=wording.whole_number(top))),
            money_cell(wording, getattr(concentration, f"top_{top}_amount_reporting")),
            share_cell(wording, getattr(concentration, f"top_{top}_rate")),
        )
        for top in _TOPS
    ]
    herfindahl = concentration.herfindahl_index
    rows.append(
        (
            Cell(
                wording.say("exposure.herfindahl"), detail=wording.say("exposure.herfindahl_text")
            ),
            Cell(""),
            Cell(wording.number(herfindahl, 3), None if herfindahl is None else str(herfindahl)),
        )
    )
    return Table(wording.say("exposure.table"), columns, tuple(rows))


def _exposure_table(facts: OwedFacts, wording: Wording) -> Table:
    columns = (
        Column(wording.say("column.customer"), is_figure=False),
        Column(wording.say("column.open")),
        Column(wording.say("column.share")),
        Column(wording.say("column.past_due")),
        Column(wording.say("column.oldest")),
        Column(wording.say("owed.expected_payment"), is_figure=False),
        Column(wording.say("owed.today"), is_figure=False),
    )
    open_amount = facts.today.open_invoices_amount_reporting
    rows = tuple(
        (
            Cell(one.customer_name),
            money_cell(wording, one.open_amount_reporting),
            share_cell(wording, share_of(one.open_amount_reporting, open_amount)),
            money_cell(wording, one.past_due_amount_reporting),
            count_cell(wording, one.oldest_days_past_due),
            Cell(_expected_payment(one, wording)),
            Cell(_decision(one, wording)),
        )
        for one in facts.top_exposures
    )
    return Table(wording.say("owed.top"), columns, rows, note=wording.say("owed.top_note"))


def _expected_payment(exposure: Exposure, wording: Wording) -> str:
    if not exposure.has_prediction:
        return wording.say("general.unknown")
    if exposure.predicted_payment_date is None or exposure.predicted_p10_date is None:
        return wording.say("owed.beyond")
    gaps = {
        "p50": wording.date(exposure.predicted_payment_date),
        "p10": wording.date(exposure.predicted_p10_date),
    }
    if exposure.predicted_p90_date is None:
        return wording.say("owed.interval_open", **gaps)
    return wording.say("owed.interval", p90=wording.date(exposure.predicted_p90_date), **gaps)


def _decision(exposure: Exposure, wording: Wording) -> str:
    if exposure.decision is None:
        return wording.say("general.unknown")
    if exposure.decision == "hold":
        reason = wording.say(f"hold.{exposure.hold_reason}")
        return wording.say("decision.hold", reason=reason)
    return wording.say(f"decision.{exposure.decision}")
