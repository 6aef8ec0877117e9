"""Can we trust this? The verdict in words first, then what it rests on.

Belongs here: what is said first, the order of the blocks, what is absent. Does not belong here: the
blocks themselves (a module each).
"""

from __future__ import annotations

from dashboard.facts import CockpitFacts
from dashboard.parts import Section
from dashboard.views.trust.arrivals import (
    loads_answer,
    quarantine_block,
    reconciliation_block,
    tie_answer,
    tie_cautions,
)
from dashboard.views.trust.checks import checks_answer, checks_block
from dashboard.views.trust.close import close_answer, close_block
from dashboard.views.trust.facts import TrustFacts
from dashboard.views.trust.freshness import freshness_answer, freshness_block, freshness_cautions
from dashboard.views.trust.models import models_block
from dashboard.wording import Wording

# Sources a ledger can do without, and the lists and models are poorer for it.
OPTIONAL_ENTITIES = (
    "customers",
    "subscription_versions",
    "opportunities",
    "tickets",
    "activities",
    "disputes",
    "promises",
    "contacts",
)


def trust_section(facts: CockpitFacts, wording: Wording) -> Section:
    """Answer what speaks for the figures, and what against them."""
    trust = facts.trust
    return Section(
        section_id="trust",
        question=wording.say("trust.question"),
        topic=wording.say("trust.topic"),
        answers=(
            *tie_answer(trust, wording),
            *loads_answer(trust, wording),
            *checks_answer(trust, wording),
            *(" ".join(said) for said in [freshness_answer(facts, wording)] if said),
            *close_answer(facts, wording),
        ),
        cautions=(
            *_without_payments(trust, wording),
            *tie_cautions(trust, wording),
            *freshness_cautions(trust, wording),
        ),
        missing=_missing(trust, wording),
        blocks=(
            close_block(facts, wording),
            freshness_block(facts, wording),
            checks_block(trust, wording),
            quarantine_block(trust, wording),
            reconciliation_block(trust, wording),
            models_block(trust, wording),
        ),
    )


def _without_payments(trust: TrustFacts, wording: Wording) -> tuple[str, ...]:
    """Say first what undoes every figure of this page: a ledger in which nobody ever pays."""
    if not trust.loads or trust.has_rows("payments"):
        return ()
    return (wording.say("trust.absent.payments"),)


def _missing(trust: TrustFacts, wording: Wording) -> tuple[str, ...]:
    if not trust.loads:
        return ()
    return tuple(
        wording.say(f"trust.absent.{entity}")
        for entity in OPTIONAL_ENTITIES
        if not trust.has_rows(entity)
    )
