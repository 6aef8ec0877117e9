"""How old what the figures rest on is, source by source.

Belongs here: `fct_source_freshness` in words. Does not belong here: the age of the page itself (a
script of the page), what counts as stale (the mart).
"""

from __future__ import annotations

import datetime as dt

from dashboard.facts import CockpitFacts
from dashboard.parts import Block, Cell, Column, Table, count_cell, date_cell
from dashboard.views.trust.facts import Freshness, TrustFacts
from dashboard.views.trust.names import entity_name
from dashboard.wording import Wording


def freshness_answer(facts: CockpitFacts, wording: Wording) -> tuple[str, ...]:
    """Say of which day the newest invoice and the newest payment are."""
    return tuple(
        wording.say(f"trust.newest_{entity}", date=wording.long_date(newest))
        for entity in ("invoices", "payments")
        if (newest := _newest(facts.trust, entity)) is not None
    )


def freshness_cautions(trust: TrustFacts, wording: Wording) -> tuple[str, ...]:
    """Name every ledger that stands still."""
    return tuple(
        wording.say(
            "trust.never_fresh" if one.age_days is None else "trust.stale",
            source=one.source_name,
            entity=entity_name(wording, one.entity),
            days=wording.whole_number(one.age_days),
            limit=wording.whole_number(one.max_stale_days),
        )
        for one in trust.freshness
        if one.is_stale
    )


def freshness_block(facts: CockpitFacts, wording: Wording) -> Block:
    """Return the age of every entity of every source."""
    heading = wording.say("trust.freshness")
    freshness = facts.trust.freshness
    if not freshness:
        return Block(heading, missing=(wording.say("trust.no_freshness"),))
    later = sum(one.later_record_count for one in freshness)
    as_of = wording.long_date(facts.as_of_date)
    columns = (
        Column(wording.say("trust.entity"), is_figure=False),
        Column(wording.say("trust.source"), is_figure=False),
        Column(wording.say("trust.newest"), is_figure=False),
        Column(wording.say("trust.age_days")),
        Column(wording.say("trust.records")),
        Column(wording.say("trust.state"), is_figure=False),
    )
    return Block(
        heading,
        answers=(
            wording.say("trust.as_of", date=as_of),
            *(
                (wording.say("trust.later", records=wording.counted("record", later)),)
                if later
                else ()
            ),
        ),
        tables=(
            Table(
                wording.say("trust.freshness_caption"),
                columns,
                tuple(_row(one, wording) for one in freshness),
                note=wording.say("trust.freshness_note", limit=_limit(freshness[0], wording)),
            ),
        ),
    )


def _newest(trust: TrustFacts, entity: str) -> dt.date | None:
    dates = [
        one.newest_record_date
        for one in trust.freshness
        if one.entity == entity and one.newest_record_date is not None
    ]
    return max(dates, default=None)


def _limit(one: Freshness, wording: Wording) -> str:
    return wording.whole_number(one.max_stale_days)


def _row(one: Freshness, wording: Wording) -> tuple[Cell, ...]:
    state = "stale" if one.is_stale else "fresh" if one.must_be_fresh else "may_rest"
    return (
        Cell(entity_name(wording, one.entity)),
        Cell(one.source_name),
        date_cell(wording, one.newest_record_date),
        count_cell(wording, one.age_days),
        count_cell(wording, one.record_count),
        Cell(wording.say(f"trust_state.{state}")),
    )
