"""What may be lost: how buckets roll on, the expected credit loss, disputes, bad debt.

Belongs here: `fct_roll_rates`, `fct_roll_matrix`, `fct_expected_credit_loss`, `fct_bad_debt` in words.
Does not belong here: loss rates themselves (the configuration states them).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal

from dashboard.charts_heatmap import heatmap
from dashboard.parts import Block, Cell, Chart, Column, Table, money_cell, share_cell
from dashboard.views.owed.buckets import bucket_name, short_bucket_name
from dashboard.views.owed.facts import OwedFacts
from dashboard.views.owed.risk_facts import ExpectedLoss, RollRate
from dashboard.wording import Wording


def rolling_block(facts: OwedFacts, as_of_date: dt.date, wording: Wording) -> Block | None:
    """Say what part of each bucket became older; None where nothing was open before."""
    rolled = [rate for rate in facts.roll_rates if rate.opening_amount_cc > 0]
    if not rolled:
        return None
    since = wording.date(as_of_date.replace(day=1) - dt.timedelta(days=1))
    answers = []
    first = rolled[0]
    if first.company_bucket == "not_due":
        answers.append(
            wording.say(
                "roll.fell_due",
                since=since,
                amount=wording.money(first.opening_amount_cc),
                share=wording.share(first.roll_forward),
                settled=wording.money(first.settled_amount_cc),
            )
        )
    late = [rate for rate in rolled if rate.company_bucket != "not_due"]
    moving = [rate for rate in late if not rate.company_bucket.endswith("_plus")]
    if moving:
        worst = max(moving, key=lambda rate: rate.roll_forward or 0)
        answers.append(
            wording.say(
                "roll.worst",
                bucket=bucket_name(wording, worst.company_bucket),
                share=wording.share(worst.roll_forward),
                amount=wording.money(worst.worse_amount_cc),
            )
        )
    return Block(
        wording.say("roll.heading"),
        answers=tuple(answers),
        cautions=(wording.say("roll.part_month", since=since),) if _is_part(as_of_date) else (),
        charts=_matrix(facts, since, wording),
        tables=(_roll_table(rolled, since, wording),),
    )


def _is_part(as_of_date: dt.date) -> bool:
    return (as_of_date + dt.timedelta(days=1)).month == as_of_date.month


def _matrix(facts: OwedFacts, since: str, wording: Wording) -> tuple[Chart, ...]:
    if not facts.roll_matrix:
        return ()
    before = list(dict.fromkeys(cell.from_bucket for cell in facts.roll_matrix))
    buckets = [rate.company_bucket for rate in facts.roll_rates]
    now = [*buckets, "settled"]
    shares = {(cell.from_bucket, cell.to_bucket): cell.moved_rate for cell in facts.roll_matrix}
    values = [[shares.get((one, to)) for to in now] for one in before]
    texts = [["" if share is None else wording.share(share) for share in row] for row in values]
    short_texts = [
        ["" if share is None else wording.number(100 * share, 1) for share in row] for row in values
    ]
    names = [
        wording.say("roll.settled") if to == "settled" else short_bucket_name(wording, to)
        for to in now
    ]
    rows = [bucket_name(wording, one) for one in before]
    points = "; ".join(
        wording.say(
            "roll.row",
            bucket=row,
            parts=", ".join(
                f"{name} {text}" for name, text in zip(names, line, strict=True) if text
            ),
        )
        for row, line in zip(rows, texts, strict=True)
    )
    return (
        Chart(
            element_id="chart-owed-roll",
            caption=wording.say("roll.chart", since=since),
            description=wording.say("roll.chart_text", points=points),
            figure=heatmap(
                names, rows, values, texts, wording.say("roll.now"), wording.locale, short_texts
            ),
        ),
    )


def _roll_table(rolled: Sequence[RollRate], since: str, wording: Wording) -> Table:
    columns = (
        Column(wording.say("roll.bucket"), is_figure=False),
        Column(wording.say("roll.opening", since=since)),
        Column(wording.say("roll.worse")),
        Column(wording.say("roll.same")),
        Column(wording.say("roll.better")),
        Column(wording.say("roll.settled")),
        Column(wording.say("roll.rate")),
    )
    rows = tuple(
        (
            Cell(bucket_name(wording, rate.company_bucket)),
            money_cell(wording, rate.opening_amount_cc),
            money_cell(wording, rate.worse_amount_cc),
            money_cell(wording, rate.same_amount_cc),
            money_cell(wording, rate.better_amount_cc),
            money_cell(wording, rate.settled_amount_cc),
            share_cell(wording, rate.roll_forward),
        )
        for rate in rolled
    )
    return Table(wording.say("roll.table"), columns, rows, note=wording.say("roll.note"))


def losses_block(facts: OwedFacts, wording: Wording) -> Block | None:
    """Say what is expected to be lost, and whose rates say so; None where nothing is open."""
    position, losses = facts.position, facts.expected_losses
    if position is None or not losses:
        return None
    answer = wording.say(
        "loss.allowance",
        amount=wording.money(position.ecl_allowance_reporting),
        share=wording.share(position.ecl_coverage),
    )
    answers = [answer]
    if position.ecl_coverage_past_due is not None:
        answers.append(
            wording.say("loss.coverage", share=wording.share(position.ecl_coverage_past_due))
        )
    return Block(
        wording.say("loss.heading"),
        answers=tuple(answers),
        cautions=_rates_said(losses, wording),
        tables=(_by_bucket(facts, wording), _by_segment(facts, wording)),
    )


def _rates_said(losses: Sequence[ExpectedLoss], wording: Wording) -> tuple[str, ...]:
    if all(loss.is_example_rate for loss in losses):
        return (wording.say("loss.example"),)
    borrowed = sorted({loss.segment for loss in losses if loss.is_example_rate})
    if borrowed:
        names = ", ".join(_segment_name(segment, wording) for segment in borrowed)
        return (wording.say("loss.example_segments", segments=names),)
    return ()


def _segment_name(segment: str, wording: Wording) -> str:
    return wording.say("owed_by.no_segment") if segment == "unassigned" else segment


def _by_bucket(facts: OwedFacts, wording: Wording) -> Table:
    """Sum the segments; a bucket whose segments differ in their rate states none."""
    losses = facts.expected_losses
    columns = (
        Column(wording.say("owed.bucket"), is_figure=False),
        Column(wording.say("column.open")),
        Column(wording.say("loss.rate")),
        Column(wording.say("loss.expected")),
    )
    rows = []
    order = [rate.company_bucket for rate in facts.roll_rates]
    found = dict.fromkeys([*order, *(loss.company_bucket for loss in losses)])
    for bucket in found:
        of_bucket = [loss for loss in losses if loss.company_bucket == bucket]
        if not of_bucket:
            continue
        rates = {loss.loss_rate for loss in of_bucket}
        rows.append(
            (
                Cell(bucket_name(wording, bucket)),
                money_cell(wording, _sum(loss.exposure_amount_reporting for loss in of_bucket)),
                share_cell(wording, rates.pop() if len(rates) == 1 else None),
                money_cell(wording, _sum(loss.ecl_allowance_reporting for loss in of_bucket)),
            )
        )
    return Table(
        wording.say("loss.by_bucket"),
        columns,
        tuple(rows),
        total=_loss_total(facts, wording),
        note=wording.say("loss.note"),
    )


def _by_segment(facts: OwedFacts, wording: Wording) -> Table:
    columns = (
        Column(wording.say("owed_by.segment"), is_figure=False),
        Column(wording.say("owed.bucket"), is_figure=False),
        Column(wording.say("column.open")),
        Column(wording.say("loss.rate")),
        Column(wording.say("loss.expected")),
        Column(wording.say("loss.rates_of"), is_figure=False),
    )
    rows = tuple(
        (
            Cell(_segment_name(loss.segment, wording)),
            Cell(bucket_name(wording, loss.company_bucket)),
            money_cell(wording, loss.exposure_amount_reporting),
            share_cell(wording, loss.loss_rate),
            money_cell(wording, loss.ecl_allowance_reporting),
            Cell(_origin(loss, wording)),
        )
        for loss in facts.expected_losses
    )
    name, open_amount, _, expected = _loss_total(facts, wording)
    blank = Cell("")
    return Table(
        wording.say("loss.by_segment"),
        columns,
        rows,
        total=(name, blank, open_amount, blank, expected, blank),
        is_folded=True,
    )


def _origin(loss: ExpectedLoss, wording: Wording) -> str:
    if loss.is_example_rate:
        return wording.say("loss.of_example")
    return wording.say("loss.of_segment" if loss.is_segment_rate else "loss.of_company")


def _loss_total(facts: OwedFacts, wording: Wording) -> tuple[Cell, ...]:
    # The allowance of the mart: rounded once, over unrounded products.
    allowance = facts.position.ecl_allowance_reporting if facts.position else None
    return (
        Cell(wording.say("general.total")),
        money_cell(wording, facts.today.open_invoices_amount_reporting),
        Cell(""),
        money_cell(wording, allowance),
    )


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))
