"""What came of it: promises kept and broken, invoices nobody chased, disputes.

Belongs here: `fct_promise_rates`, `fct_broken_promises`, leakage and `fct_disputes` in words. Does
not belong here: single steps, holds.
"""

from __future__ import annotations

from dashboard.charts import AMBER, NAVY, TEAL
from dashboard.parts import (
    Block,
    Cell,
    Column,
    Table,
    count_cell,
    date_cell,
    money_cell,
    share_cell,
)
from dashboard.views.collecting.facts import CollectingFacts, Disputes, PromiseRates
from dashboard.views.collecting.trends import (
    CellOf,
    Dated,
    Line,
    Trend,
    trend_charts,
    trend_table,
)
from dashboard.wording import Wording


def promises_block(facts: CollectingFacts, wording: Wording) -> Block:
    """Say how many promises are kept, and list those that ran out unpaid."""
    rates = facts.promises[-1] if facts.promises else None
    is_known = rates is not None and rates.judged_promise_count_tolerant_12m > 0
    kept = (
        Line("promise_kept_rate_tolerant_12m", wording.say("kept.tolerant"), NAVY),
        Line("promise_kept_rate_strict_12m", wording.say("kept.strict"), TEAL, "dash"),
    )
    trend = Trend("chart-collecting-promises", "kept.", "rate", kept)
    charts = trend_charts(facts.promises, trend, wording)
    tables = [_broken_table(facts, wording)] if facts.broken_promises else []
    if charts:
        columns = [(line.column, line.name) for line in kept]
        tables.append(
            trend_table(
                facts.promises, wording.say("kept.by_month"), columns, _share(wording), wording
            )
        )
    answers = [_kept(rates, wording)] if rates is not None and is_known else []
    return Block(
        wording.say("kept.heading"),
        answers=(*answers, _broken(facts, wording)),
        missing=() if is_known else (wording.say("kept.missing"),),
        charts=charts,
        tables=tuple(tables),
    )


def _kept(rates: PromiseRates, wording: Wording) -> str:
    return wording.say(
        "kept.answer",
        judged=wording.counted("promise", rates.judged_promise_count_tolerant_12m),
        tolerant=wording.share(rates.promise_kept_rate_tolerant_12m),
        tolerant_value=wording.share(rates.promise_kept_rate_tolerant_value_12m),
        strict=wording.share(rates.promise_kept_rate_strict_12m),
        strict_value=wording.share(rates.promise_kept_rate_strict_value_12m),
        live=wording.counted("promise", rates.live_promise_count_tolerant),
    )


def _broken(facts: CollectingFacts, wording: Wording) -> str:
    day = facts.worklist
    if day is None or not day.broken_promise_count:
        return wording.say("kept.none_broken")
    return wording.say(
        "kept.broken",
        promises=wording.counted("promise", day.broken_promise_count),
        new=wording.whole_number(day.new_broken_promise_count),
    )


def _broken_table(facts: CollectingFacts, wording: Wording) -> Table:
    columns = (
        Column(wording.say("column.customer"), is_figure=False),
        Column(wording.say("leakage.invoice"), is_figure=False),
        Column(wording.say("kept.promised_date")),
        Column(wording.say("column.currency"), is_figure=False),
        Column(wording.say("kept.promised")),
        Column(wording.say("kept.missing_amount")),
        Column(wording.say("kept.missing_reporting", currency=wording.reporting_currency)),
    )
    rows = tuple(
        (
            Cell(one.customer_name, detail=wording.say("kept.new") if one.is_new else None),
            Cell(one.invoice_number),
            date_cell(wording, one.promised_date),
            Cell(one.currency),
            money_cell(wording, one.promised_amount, one.currency),
            money_cell(wording, one.missing_amount, one.currency),
            money_cell(wording, one.missing_amount_reporting),
        )
        for one in facts.broken_promises
    )
    day = facts.worklist
    all_of_them = len(rows) if day is None else day.broken_promise_count
    return Table(
        wording.say("kept.table"), columns, rows, note=_shown(len(rows), all_of_them, wording)
    )


def leakage_block(facts: CollectingFacts, wording: Wording) -> Block | None:
    """Say what is late and chased by nobody; None where no contact was ever recorded."""
    today = facts.today
    if today is None or today.leakage_count is None:
        return None
    line = Line("leakage_pct", wording.say("pillar.leakage_pct"), AMBER)
    trend = Trend("chart-collecting-leakage", "leakage.", "rate", (line,))
    charts = trend_charts(facts.trend, trend, wording)
    tables = [_leaking_table(facts, today.leakage_count, wording)] if facts.leaking_invoices else []
    if charts:
        columns = [(line.column, line.name)]
        tables.append(
            trend_table(
                facts.trend, wording.say("leakage.by_month"), columns, _share(wording), wording
            )
        )
    answer = wording.say("leakage.none")
    if today.leakage_count:
        answer = wording.say(
            "leakage.answer",
            invoices=wording.counted("invoice", today.leakage_count),
            amount=wording.money(today.leakage_amount_reporting),
            share=wording.share(today.leakage_pct),
        )
    return Block(
        wording.say("leakage.heading"), answers=(answer,), charts=charts, tables=tuple(tables)
    )


def _leaking_table(facts: CollectingFacts, leakage_count: int, wording: Wording) -> Table:
    columns = (
        Column(wording.say("column.customer"), is_figure=False),
        Column(wording.say("leakage.invoice"), is_figure=False),
        Column(wording.say("leakage.due_date")),
        Column(wording.say("leakage.days")),
        Column(wording.say("column.past_due")),
    )
    rows = tuple(
        (
            Cell(one.customer_name),
            Cell(one.invoice_number),
            date_cell(wording, one.due_date),
            count_cell(wording, one.days_past_due),
            money_cell(wording, one.leakage_amount_reporting),
        )
        for one in facts.leaking_invoices
    )
    note = _shown(len(rows), leakage_count, wording)
    return Table(wording.say("leakage.table"), columns, rows, note=note)


def disputes_block(facts: CollectingFacts, wording: Wording) -> Block:
    """Say how much is contested and how long it takes to settle."""
    heading = wording.say("disputes.heading")
    today = facts.disputes[-1] if facts.disputes else None
    if today is None or today.dispute_rate_count is None:
        return Block(heading, missing=(wording.say("disputes.missing"),))
    return Block(heading, answers=_dispute_answers(today, wording))


def _dispute_answers(today: Disputes, wording: Wording) -> tuple[str, ...]:
    answers = [
        wording.say(
            "disputes.answer",
            share=wording.share(today.dispute_rate_count),
            disputed=wording.whole_number(today.disputed_invoice_count_12m),
            issued=wording.whole_number(today.issued_invoice_count_12m),
            amount=wording.money(today.disputed_amount_reporting),
            value_share=wording.share(today.dispute_rate_value),
        )
    ]
    if today.dispute_cycle_time_days is not None:
        answers.append(
            wording.say(
                "disputes.cycle",
                resolved=wording.counted("dispute", today.resolved_dispute_count_12m),
                days=wording.days(today.dispute_cycle_time_days),
            )
        )
    if today.dispute_open_age_days is not None:
        answers.append(
            wording.say(
                "disputes.open",
                open=wording.counted("dispute", today.open_dispute_count),
                age=wording.days(today.dispute_open_age_days),
            )
        )
    return tuple(answers)


def _shown(shown: int, all_of_them: int, wording: Wording) -> str | None:
    if shown >= all_of_them:
        return None
    return wording.say(
        "kept.shown",
        shown=wording.whole_number(shown),
        all=wording.whole_number(all_of_them),
    )


def _share(wording: Wording) -> CellOf:
    def cell(point: Dated, column: str) -> Cell:
        return share_cell(wording, getattr(point, column))

    return cell
