"""Whether the month can be closed: what blocks, what wants a look, what was looked at and is done.

Belongs here: `fct_close_readiness` in words, with what to do and whom it concerns. Does not belong
here: what an item is and whether it blocks (the mart).
"""

from __future__ import annotations

from dashboard.facts import CockpitFacts
from dashboard.parts import Block, Cell, Column, Table, count_cell, money_cell
from dashboard.views.trust.facts import CloseItem
from dashboard.views.trust.names import inside_a_sentence
from dashboard.wording import Wording

# What each item counts.
_COUNTED = {
    "reconciliation_difference": "control_total",
    "not_reconciled": "control_total",
    "quarantined_ledger_row": "row",
    "quarantined_other_row": "row",
    "stale_exchange_rate": "currency",
    "stale_source": "source",
    "unapplied_cash": "customer",
    "unapplied_credit_note": "customer",
    "customer_in_credit": "customer",
    "customer_without_record": "customer",
    "identity_in_doubt": "company",
    "invoice_without_due_date": "invoice",
    "old_dispute": "invoice",
    "broken_promise": "invoice",
    "unverified_late_payment_rate": "half_year",
    "failed_check": "check",
    "odd_check": "check",
}
_STATES = ("blocks", "unknown", "look_at", "done")


def close_answer(facts: CockpitFacts, wording: Wording) -> tuple[str, ...]:
    """Say how many items block the close, and which; nothing where none were looked at."""
    blockers = facts.trust.blockers
    month = wording.long_month(facts.as_of_date)
    if not facts.trust.close_items:
        return ()
    if not blockers:
        return (wording.say("trust.close_free", month=month),)
    listed = ", ".join(_in_short(item, wording) for item in blockers)
    said = wording.counted("close_item", len(blockers))
    key = "trust.close_blocked_one" if len(blockers) == 1 else "trust.close_blocked"
    return (wording.say(key, items=said, month=month, listed=listed),)


def close_block(facts: CockpitFacts, wording: Wording) -> Block:
    """Return the list of the close, what blocks first."""
    items = facts.trust.close_items
    heading = wording.say("trust.close", month=wording.long_month(facts.as_of_date))
    if not items:
        return Block(heading, missing=(wording.say("trust.no_close"),))
    open_looks = [item for item in items if _state(item) == "look_at"]
    columns = (
        Column(wording.say("trust.close_item"), is_figure=False),
        Column(wording.say("trust.close_state"), is_figure=False),
        Column(wording.say("trust.close_found"), is_figure=False),
        Column(wording.say("column.amount")),
    )
    ranked = sorted(items, key=lambda item: _STATES.index(_state(item)))
    rows = tuple(_row(item, wording) for item in ranked)
    return Block(
        heading,
        answers=(
            wording.say(
                "trust.close_summary",
                blocking=wording.whole_number(len(facts.trust.blockers)),
                look_at=wording.whole_number(len(open_looks)),
                count=wording.whole_number(len(items)),
            ),
        ),
        tables=(
            Table(
                wording.say("trust.close_caption"),
                columns,
                rows,
                note=wording.say("trust.close_note"),
            ),
        ),
    )


def _state(item: CloseItem) -> str:
    if item.record_count is None:
        return "unknown"
    if not item.is_found:
        return "done"
    return "blocks" if item.is_blocking else "look_at"


def _row(item: CloseItem, wording: Wording) -> tuple[Cell, ...]:
    to_do = None
    if item.is_found:
        who = wording.say(f"trust_who.{item.item}")
        what = inside_a_sentence(wording.say(f"trust_todo.{item.item}"))
        to_do = wording.say("trust.to_do", who=who, what=what)
    return (
        Cell(wording.say(f"trust_close.{item.item}"), detail=to_do),
        Cell(wording.say(f"trust_state.{_state(item)}")),
        # Of nothing the bare nought will do.
        Cell(_found(item, wording), str(item.record_count))
        if item.is_found
        else count_cell(wording, item.record_count),
        money_cell(wording, item.amount_reporting),
    )


def _found(item: CloseItem, wording: Wording) -> str:
    return wording.counted(_COUNTED.get(item.item, "record"), item.record_count or 0)


def _in_short(item: CloseItem, wording: Wording) -> str:
    name = inside_a_sentence(wording.say(f"trust_close.{item.item}"))
    found = _found(item, wording)
    if item.amount_reporting:
        found = f"{found}, {wording.money(item.amount_reporting)}"
    return f"{name} ({found})"
