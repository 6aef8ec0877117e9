"""The strip at the top: five figures a reader takes away, each leading to its section.

Belongs here: choosing them. Does not belong here: explaining them.
"""

from __future__ import annotations

from decimal import Decimal

from dashboard.facts import CockpitFacts
from dashboard.parts import KeyFigure
from dashboard.views.landing.facts import LandingPoint
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
    month_end = facts.landing.month_end
    point = month_end or facts.landing.at("30d")
    value = None
    if point is not None:
        value = point.p50_amount_reporting
        value = point.expected_amount_reporting if value is None else value
    return KeyFigure(
        label=wording.say("key.landing_30d" if point and not month_end else "key.landing"),
        value=wording.money(value),
        note=_landing_note(point, wording),
        section_id="landing",
    )


def _landing_note(point: LandingPoint | None, wording: Wording) -> str:
    if point is None:
        return wording.say("key.not_computed")
    if point.p50_amount_reporting is None:
        return wording.say("key.landing_no_interval")
    return wording.say(
        "key.landing_note" if point.is_calibrated else "key.landing_uncalibrated",
        p10=wording.money(point.p10_amount_reporting),
        p90=wording.money(point.p90_amount_reporting),
    )


def _dso(facts: CockpitFacts, wording: Wording) -> KeyFigure:
    today = facts.speed.today
    return KeyFigure(
        label=wording.say("key.dso"),
        value=wording.days(today.dso_rolling_3m),
        note=wording.say("key.not_defined")
        if today.add_3m is None
        else wording.say("key.dso_note", add=wording.days(today.add_3m)),
        section_id="speed",
    )


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
