"""The strip at the top: five figures a reader takes away, each leading to its section.

Belongs here: choosing them. Does not belong here: explaining them.
"""

from __future__ import annotations

from decimal import Decimal

from dashboard.facts import CockpitFacts
from dashboard.parts import KeyFigure
from dashboard.views.landing.facts import WholeMonth
from dashboard.views.speed.bridge import cause, way
from dashboard.views.speed.facts import SpeedFacts, SpeedPoint
from dashboard.wording import Wording, share_of


def key_figures(facts: CockpitFacts, wording: Wording) -> tuple[KeyFigure, ...]:
    """Return the five key figures; one that cannot be stated says why."""
    return (
        _landing(facts, wording),
        _dso(facts, wording),
        _past_due(facts, wording),
        _at_risk(facts, wording),
        _quarantine(facts, wording),
    )


def _landing(facts: CockpitFacts, wording: Wording) -> KeyFigure:
    month = facts.landing.this_month
    amount = None
    if month is not None:
        amount = (
            month.p50_amount_reporting if month.has_interval else month.expected_amount_reporting
        )
    return KeyFigure(
        label=wording.say("key.landing", month=wording.long_month(facts.as_of_date)),
        value=wording.money(amount),
        note=_landing_note(month, wording),
        section_id="landing",
    )


def _landing_note(month: WholeMonth | None, wording: Wording) -> str:
    if month is None or not month.is_forecast:
        return wording.say("key.not_computed")
    if not month.has_interval:
        return wording.say("key.landing_no_interval")
    note = wording.say(
        "key.landing_note" if month.is_calibrated else "key.landing_uncalibrated",
        p10=wording.money(month.p10_amount_reporting),
        p90=wording.money(month.p90_amount_reporting),
    )
    gap = month.gap_to_target_amount_reporting
    if gap is None:
        return note
    key = "key.landing_below" if gap < 0 else "key.landing_above"
    return wording.say(key, note=note, gap=wording.money(abs(gap)))


def _dso(facts: CockpitFacts, wording: Wording) -> KeyFigure:
    speed = facts.speed
    month = speed.on(speed.complete_month_end)
    if not speed.is_month_end and month is not None and month.dso_rolling_3m is not None:
        # A part month against a month end would alarm for reasons of the calendar.
        return KeyFigure(
            label=wording.say("key.dso_month", month=wording.month_name(month.as_of_date)),
            value=wording.days(month.dso_rolling_3m),
            note=wording.say(
                "key.dso_in_progress",
                note=_dso_month_note(speed, month, wording),
                today=wording.days(speed.today.dso_rolling_3m),
            ),
            section_id="speed",
        )
    return KeyFigure(
        label=wording.say("key.dso"),
        value=wording.days(speed.today.dso_rolling_3m),
        note=_dso_note(speed, wording),
        section_id="speed",
    )


def _dso_month_note(speed: SpeedFacts, month: SpeedPoint, wording: Wording) -> str:
    bridge = speed.last_month
    if bridge is None:
        return _dso_late_part(month, wording)
    if way(bridge.change) == "same":
        return wording.say("key.dso_same", date=wording.short_date(bridge.from_date))
    return wording.say(
        "key.dso_month_moved",
        change=wording.signed_days(bridge.change),
        cause=cause(bridge, bridge.main_line, wording),
    )


def _dso_note(speed: SpeedFacts, wording: Wording) -> str:
    bridge = speed.since_previous
    if bridge is None:
        return _dso_late_part(speed.today, wording)
    return wording.say(
        "key.dso_same" if way(bridge.change) == "same" else "key.dso_moved",
        change=wording.signed_days(bridge.change),
        date=wording.short_date(bridge.from_date),
        cause=cause(bridge, bridge.main_line, wording),
    )


def _dso_late_part(point: SpeedPoint, wording: Wording) -> str:
    if point.add_3m is None:
        return wording.say("key.not_defined")
    return wording.say("key.dso_note", add=wording.days(point.add_3m))


def _past_due(facts: CockpitFacts, wording: Wording) -> KeyFigure:
    today = facts.owed.today
    share = share_of(today.past_due_amount_reporting, today.open_invoices_amount_reporting)
    return KeyFigure(
        label=wording.say("key.past_due"),
        value=wording.money(today.past_due_amount_reporting),
        note=wording.say(
            "key.past_due_note",
            share=wording.share(share),
            open=wording.money(today.open_invoices_amount_reporting),
        ),
        section_id="owed",
    )


def _at_risk(facts: CockpitFacts, wording: Wording) -> KeyFigure:
    retention = facts.leaving
    if retention is None:
        return KeyFigure(
            label=wording.say("key.at_risk"),
            value=wording.money(None),
            note=wording.say("key.no_subscriptions"),
            section_id="leaving",
        )
    mrr = retention.today.closing_mrr_reporting
    return KeyFigure(
        label=wording.say("key.at_risk"),
        value=wording.money(retention.mrr_at_risk_reporting),
        note=wording.say(
            "key.at_risk_note",
            share=wording.share(share_of(retention.mrr_at_risk_reporting, mrr)),
            mrr=wording.money(mrr),
        ),
        section_id="leaving",
    )


def _quarantine(facts: CockpitFacts, wording: Wording) -> KeyFigure:
    loads = facts.trust.loads
    arrived = sum(load.rows_in for load in loads)
    quarantined = sum(load.quarantined for load in loads)
    share = share_of(Decimal(quarantined), Decimal(arrived))
    return KeyFigure(
        label=wording.say("key.quarantine"),
        value=wording.whole_number(quarantined if loads else None),
        note=wording.say("key.not_known")
        if share is None
        else wording.say("key.quarantine_note", rows=wording.counted("row", arrived)),
        section_id="trust",
    )
