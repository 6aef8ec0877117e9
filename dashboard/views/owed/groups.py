"""The aged balance by currency, segment and country.

Belongs here: one table a grouping. Does not belong here: how fast each group pays (view `speed`).
"""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.parts import Block, Cell, Column, Table, count_cell, money_cell
from dashboard.views.owed.buckets import bucket_cells, bucket_columns
from dashboard.views.owed.facts import GroupBalance, OwedFacts
from dashboard.wording import Wording, share_of


def groups_block(facts: OwedFacts, wording: Wording) -> Block:
    """Say which segment and country carries most, and show each."""
    tables = []
    if len(facts.by_currency) > 1:
        tables.append(_currency_table(facts, wording))
    for grouping, groups in (("segment", facts.by_segment), ("country", facts.by_country)):
        tables.append(_group_table(facts, groups, grouping, wording))
    return Block(
        wording.say("owed_by.heading"), answers=_answers(facts, wording), tables=tuple(tables)
    )


def _answers(facts: OwedFacts, wording: Wording) -> tuple[str, ...]:
    answers = []
    for grouping, groups in (("segment", facts.by_segment), ("country", facts.by_country)):
        owing = [group for group in groups if group.open_invoices_amount_reporting > 0]
        if len(owing) > 1:
            share = share_of(
                owing[0].open_invoices_amount_reporting, facts.today.open_invoices_amount_reporting
            )
            name = _name(owing[0], grouping, wording)
            answers.append(
                wording.say(f"owed_by.largest_{grouping}", name=name, share=wording.share(share))
            )
    return tuple(answers)


def _name(group: GroupBalance, grouping: str, wording: Wording) -> str:
    if group.group_name is None:
        return wording.say(f"owed_by.no_{grouping}")
    return wording.country(group.group_name) if grouping == "country" else group.group_name


def _group_table(
    facts: OwedFacts, groups: Sequence[GroupBalance], grouping: str, wording: Wording
) -> Table:
    rows = tuple(
        (
            Cell(_name(group, grouping, wording)),
            count_cell(wording, group.customer_count),
            *bucket_cells(wording, group),
        )
        for group in groups
    )
    return Table(
        caption=wording.say(f"owed_by.{grouping}_table"),
        columns=bucket_columns(wording, wording.say(f"owed_by.{grouping}"), is_count_shown=True),
        rows=rows,
        total=(
            Cell(wording.say("general.total")),
            count_cell(wording, facts.owing_customer_count),
            *bucket_cells(wording, facts.today),
        ),
    )


def _currency_table(facts: OwedFacts, wording: Wording) -> Table:
    columns = (
        Column(wording.say("column.currency"), is_figure=False),
        Column(wording.say("column.open")),
        Column(wording.say("column.past_due")),
        Column(wording.say("owed.converted", currency=wording.reporting_currency)),
    )
    rows = tuple(
        (
            Cell(balance.currency),
            money_cell(wording, balance.open_invoices_amount, balance.currency),
            money_cell(wording, balance.past_due_amount, balance.currency),
            money_cell(wording, balance.open_invoices_amount_reporting),
        )
        for balance in facts.by_currency
    )
    blank = Cell("")
    open_amount = money_cell(wording, facts.today.open_invoices_amount_reporting)
    total = (Cell(wording.say("general.total")), blank, blank, open_amount)
    return Table(wording.say("owed.by_currency"), columns, rows, total=total)
