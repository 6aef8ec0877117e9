"""What stands beside the buckets: money to be matched, prepayments, disputes, bad debt.

Belongs here: these figures in words and in one table. Does not belong here: the buckets, how long a
dispute takes (view `collecting`).
"""

from __future__ import annotations

from dashboard.parts import Block, Cell, Column, Table, money_cell
from dashboard.views.owed.facts import AgedBalance, OwedFacts
from dashboard.views.owed.risk_facts import BadDebt
from dashboard.wording import Wording

_FIGURES = (
    "open_invoices_amount_reporting",
    "unapplied_cash_amount_reporting",
    "unapplied_credit_notes_amount_reporting",
    "ar_net_amount_reporting",
    "prepayments_amount_reporting",
)


def beside_block(facts: OwedFacts, wording: Wording) -> Block:
    """Say what is to be matched, what is in dispute and what was written off."""
    answers = [_unapplied(facts, wording)]
    position = facts.position
    if position is not None and position.disputed_invoice_count:
        answers.append(
            wording.say(
                "beside.disputed",
                amount=wording.money(position.disputed_amount_reporting),
                invoices=wording.counted("invoice", position.disputed_invoice_count),
                share=wording.share(position.pct_past_due_ex_disputed),
            )
        )
    elif position is not None:
        answers.append(wording.say("beside.no_dispute"))
    if facts.bad_debt is not None:
        answers.append(_bad_debt(facts.bad_debt, wording))
    return Block(
        wording.say("beside.heading"), answers=tuple(answers), tables=(_table(facts, wording),)
    )


def _unapplied(facts: OwedFacts, wording: Wording) -> str:
    today = facts.today
    if today.unapplied == 0:
        return wording.say("beside.all_matched")
    return wording.say(
        "beside.unapplied",
        cash=wording.money(today.unapplied_cash_amount_reporting),
        credits=wording.money(today.unapplied_credit_notes_amount_reporting),
    )


def _bad_debt(bad_debt: BadDebt, wording: Wording) -> str:
    if bad_debt.bad_debt_ratio is None:
        return wording.say(
            "beside.no_ratio", amount=wording.money(bad_debt.net_write_offs_12m_reporting)
        )
    return wording.say(
        "beside.bad_debt",
        amount=wording.money(bad_debt.net_write_offs_12m_reporting),
        share=wording.share(bad_debt.bad_debt_ratio),
        recovered=wording.money(bad_debt.recoveries_12m_reporting),
    )


def _table(facts: OwedFacts, wording: Wording) -> Table:
    balances: list[AgedBalance] = [facts.today]
    if facts.previous is not None:
        balances.append(facts.previous)
    columns = (
        Column(wording.say("beside.figure"), is_figure=False),
        *(Column(wording.date(balance.as_of_date)) for balance in balances),
    )
    rows = tuple(
        (
            Cell(wording.say(f"beside.{figure}"), detail=wording.say(f"beside.{figure}_text")),
            *(money_cell(wording, getattr(balance, figure)) for balance in balances),
        )
        for figure in _FIGURES
    )
    return Table(wording.say("beside.table"), columns, rows)
