"""Who is likely to go: the churn predictions of the day, and how far to believe them.

Belongs here: `fct_churn_predictions` in words. Does not belong here: how the model did in general
(`trust`).
"""

from __future__ import annotations

from dashboard.parts import Block, Cell, Column, Table, count_cell, money_cell, share_cell
from dashboard.views.leaving.facts import LeavingFacts
from dashboard.views.trust.facts import TrustFacts
from dashboard.views.trust.models import verdict
from dashboard.wording import Wording


def predicted_block(leaving: LeavingFacts, trust: TrustFacts, wording: Wording) -> Block | None:
    """Show where revenue is most at stake; None where nobody has recurring revenue."""
    if leaving.today.closing_customer_count == 0:
        return None
    expected = leaving.expected_mrr_loss_reporting
    return Block(
        heading=wording.say("leave.predicted"),
        answers=()
        if expected is None
        else (wording.say("leave.expected_loss", amount=wording.money(expected)),),
        cautions=_cautions(leaving, trust, wording),
        tables=(_likely_table(leaving, wording),) if leaving.likely_to_leave else (),
    )


def _cautions(leaving: LeavingFacts, trust: TrustFacts, wording: Wording) -> tuple[str, ...]:
    if not leaving.churn_methods:
        return (wording.say("leave.no_predictions"),)
    if leaving.churn_methods == ("base_rate",):
        return (wording.say("leave.base_rate"),)
    ranking = trust.figure("churn", "roc_auc")
    if ranking is not None and verdict(ranking) in ("worse", "same"):
        return (wording.say("leave.not_proven"),)
    return ()


def _likely_table(leaving: LeavingFacts, wording: Wording) -> Table:
    columns = (
        Column(wording.say("column.customer"), is_figure=False),
        Column(wording.say("leave.closing")),
        Column(wording.say("leave.probability")),
        Column(wording.say("column.past_due")),
        Column(wording.say("column.oldest")),
    )
    rows = tuple(
        (
            Cell(customer.customer_name),
            money_cell(wording, customer.mrr_reporting),
            share_cell(wording, customer.p_churn),
            money_cell(wording, customer.past_due_amount_reporting),
            count_cell(wording, customer.oldest_days_past_due),
        )
        for customer in leaving.likely_to_leave
    )
    note = wording.say("leave.likely_note")
    return Table(wording.say("leave.likely"), columns, rows, note=note)
