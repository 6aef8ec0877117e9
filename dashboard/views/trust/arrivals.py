"""What arrived and what was set aside of it, and whether amounts tie from there to the tables read.

Belongs here: `fct_source_loads` and `fct_reconciliation` in words. Does not belong here: the control
totals themselves (the mart).
"""

from __future__ import annotations

from decimal import Decimal

from dashboard.parts import Block, Cell, Column, Table, count_cell, share_cell
from dashboard.views.trust.facts import ControlTotal, SourceLoad, TrustFacts
from dashboard.views.trust.names import entity_name, mart_name
from dashboard.wording import Wording, share_of

_OF_RECORDS = ("records", "read_records")
_WITHIN = ("balance", "roll_forward", "open_balance")


def loads_answer(trust: TrustFacts, wording: Wording) -> tuple[str, ...]:
    """Say how much of what arrived is in quarantine."""
    if not trust.loads:
        return ()
    arrived = sum(load.rows_in for load in trust.loads)
    quarantined = sum(load.quarantined for load in trust.loads)
    rows = wording.counted("row", arrived)
    if quarantined == 0:
        return (wording.say("trust.clean", rows=rows),)
    return (
        wording.say(
            "trust.quarantine",
            rows=rows,
            quarantined=wording.whole_number(quarantined),
            share=wording.share(share_of(Decimal(quarantined), Decimal(arrived))),
        ),
    )


def tie_answer(trust: TrustFacts, wording: Wording) -> tuple[str, ...]:
    """Say that the figures tie; nothing where they do not, or where nothing was compared."""
    if not trust.compared or trust.untied:
        return ()
    count = wording.counted("control_total", len(trust.compared))
    said = "trust.tied" if trust.is_arrival_compared else "trust.tied_as_read"
    return (wording.say(said, totals=count),)


def tie_cautions(trust: TrustFacts, wording: Wording) -> tuple[str, ...]:
    """Name every control total that does not tie, to the cent."""
    return tuple(
        wording.say(
            "trust.untied",
            what=_control_name(total, wording),
            difference=exact_money(wording, total.difference_amount, total.currency),
        )
        for total in trust.untied
    )


def exact_money(wording: Wording, amount: Decimal | None, currency: str) -> str:
    """Write an amount to the cent, for totals that must tie; unknown is a dash."""
    if amount is None:
        return wording.say("general.unknown")
    return f"{wording.number(amount, 2)}\u00a0{currency}"


def quarantine_block(trust: TrustFacts, wording: Wording) -> Block:
    """Return what was set aside, with what it states, and all that arrived."""
    heading = wording.say("trust.quarantine_heading")
    if not trust.loads:
        return Block(heading, missing=(wording.say("trust.no_loads"),))
    aside = [load for load in trust.loads if load.quarantined]
    return Block(
        heading,
        answers=(wording.say("trust.quarantine_how" if aside else "trust.quarantine_empty"),),
        tables=(
            *((_aside_table(aside, trust, wording),) if aside else ()),
            _loads_table(trust, wording),
        ),
    )


def _aside_table(aside: list[SourceLoad], trust: TrustFacts, wording: Wording) -> Table:
    columns = (
        Column(wording.say("trust.entity"), is_figure=False),
        Column(wording.say("trust.source"), is_figure=False),
        Column(wording.say("trust.quarantined")),
        Column(wording.say("trust.of_rows")),
        Column(wording.say("column.share")),
        Column(wording.say("trust.stated"), is_figure=False),
    )
    rows = tuple(
        (
            Cell(entity_name(wording, load.entity)),
            Cell(load.source_name),
            count_cell(wording, load.quarantined),
            count_cell(wording, load.rows_in),
            share_cell(wording, load.quarantined_share),
            Cell(_stated(load, trust, wording)),
        )
        for load in sorted(aside, key=lambda load: (-load.quarantined, load.entity))
    )
    note = wording.say("trust.stated_note")
    return Table(wording.say("trust.aside_caption"), columns, rows, note=note)


def _stated(load: SourceLoad, trust: TrustFacts, wording: Wording) -> str:
    """What the rows set aside say they are worth, currency by currency, and what cannot be read."""
    totals = [
        total
        for total in trust.controls
        if total.control == "records"
        and (total.source_name, total.entity) == (load.source_name, load.entity)
        and total.quarantined_count
    ]
    stated = [
        wording.say("trust.unknown_currency", amount=wording.number(total.quarantined_amount, 2))
        if total.currency == "unknown"
        else exact_money(wording, total.quarantined_amount, total.currency)
        for total in totals
        if total.quarantined_amount is not None
    ]
    unread = sum(total.quarantined_unread_count or 0 for total in totals)
    if unread:
        stated.append(wording.say("trust.unread", rows=wording.counted("row", unread)))
    return " · ".join(stated) or wording.say("general.unknown")


def _loads_table(trust: TrustFacts, wording: Wording) -> Table:
    columns = (
        Column(wording.say("trust.entity"), is_figure=False),
        Column(wording.say("trust.source"), is_figure=False),
        Column(wording.say("trust.rows_in")),
        Column(wording.say("trust.loaded")),
        Column(wording.say("trust.duplicates")),
        Column(wording.say("trust.quarantined")),
    )
    rows = tuple(
        (
            Cell(entity_name(wording, load.entity)),
            Cell(load.source_name),
            count_cell(wording, load.rows_in),
            count_cell(wording, load.loaded),
            count_cell(wording, load.exact_duplicates),
            count_cell(wording, load.quarantined),
        )
        for load in trust.loads
    )
    return Table(wording.say("trust.loads"), columns, rows, is_folded=True)


def reconciliation_block(trust: TrustFacts, wording: Wording) -> Block:
    """Return every control total, to the cent; what was not compared says why."""
    heading = wording.say("trust.reconciliation")
    if not trust.controls:
        return Block(heading, missing=(wording.say("trust.no_controls"),))
    arriving = [
        total
        for total in trust.controls
        if total.control in _OF_RECORDS and total.not_compared_reason != "only_set_aside"
    ]
    within = [total for control in _WITHIN for total in trust.controls if total.control == control]
    return Block(
        heading,
        answers=(
            wording.say(
                "trust.reconciliation_count",
                compared=wording.whole_number(len(trust.compared)),
                untied=wording.whole_number(len(trust.untied)),
                not_compared=wording.whole_number(
                    sum(total.not_compared_reason == "vendor_objects" for total in trust.controls)
                ),
            ),
            wording.say("trust.reconciliation_how"),
        ),
        missing=(wording.say("trust.vendor_objects"),) if not trust.is_arrival_compared else (),
        tables=(
            *((_arriving_table(arriving, wording),) if arriving else ()),
            *((_within_table(within, wording),) if within else ()),
        ),
    )


def _arriving_table(totals: list[ControlTotal], wording: Wording) -> Table:
    headings = ("arrived", "replaced", "suspended", "in_ledger", "difference")
    columns = (
        Column(wording.say("trust.entity"), is_figure=False),
        Column(wording.say("column.currency"), is_figure=False),
        *(Column(wording.say(f"trust.{heading}")) for heading in headings),
    )
    rows = []
    for total in totals:
        is_read = total.control == "read_records"
        name = entity_name(wording, total.entity)
        rows.append(
            (
                Cell(
                    wording.say("trust.as_read", entity=name) if is_read else name,
                    detail=total.source_name,
                ),
                Cell(total.currency),
                _cent_cell(total.expected_amount if is_read else total.arrived_amount, wording),
                _cent_cell(total.replaced_amount, wording),
                _cent_cell(total.suspense_amount, wording),
                _cent_cell(total.found_amount if is_read else total.ledger_amount, wording),
                _difference_cell(total, wording),
            )
        )
    note = wording.say("trust.arriving_note")
    caption = wording.say("trust.arriving_caption")
    return Table(caption, columns, tuple(rows), note=note, is_folded=_is_tied(totals))


def _within_table(totals: list[ControlTotal], wording: Wording) -> Table:
    columns = (
        Column(wording.say("trust.control"), is_figure=False),
        Column(wording.say("column.currency"), is_figure=False),
        Column(wording.say("trust.expected")),
        Column(wording.say("trust.found")),
        Column(wording.say("trust.difference")),
    )
    rows = tuple(
        (
            Cell(_control_name(total, wording)),
            Cell(total.currency),
            _cent_cell(total.expected_amount, wording),
            _cent_cell(total.found_amount, wording),
            _difference_cell(total, wording),
        )
        for total in totals
    )
    caption = wording.say("trust.within_caption")
    return Table(caption, columns, rows, is_folded=_is_tied(totals))


def _is_tied(totals: list[ControlTotal]) -> bool:
    """Whether the words above say it all: a table with a difference stands open."""
    return not any(total.difference_amount for total in totals)


def _control_name(total: ControlTotal, wording: Wording) -> str:
    if total.control == "open_balance":
        return wording.say("trust_control.open_balance", mart=mart_name(wording, total.entity))
    return wording.say(
        f"trust_control.{total.control}",
        entity=entity_name(wording, total.entity),
        source=total.source_name,
    )


def _cent_cell(amount: Decimal | None, wording: Wording) -> Cell:
    return Cell(wording.number(amount, 2), None if amount is None else str(amount))


def _difference_cell(total: ControlTotal, wording: Wording) -> Cell:
    if total.is_compared:
        return _cent_cell(total.difference_amount, wording)
    return Cell(wording.say("trust.not_compared"))
