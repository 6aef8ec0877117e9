"""Everything the cockpit of a day says, as figures: one part a view.

Belongs here: putting the views' facts together. Does not belong here: their shapes (`views/*/facts`),
SQL (`views/*/reading`), wording and rounding.

Amounts are exact `Decimal` in the reporting currency unless named otherwise. None means undefined
or unknown, never zero.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from dashboard.views.collecting.facts import CollectingFacts
from dashboard.views.landing.facts import LandingFacts
from dashboard.views.leaving.facts import LeavingFacts
from dashboard.views.owed.facts import OwedFacts
from dashboard.views.speed.facts import SpeedFacts
from dashboard.views.trust.facts import TrustFacts


@dataclass(frozen=True)
class CockpitFacts:
    """The figures of a day.

    Attributes:
        as_of_date: the business date.
        reporting_currency: ISO 4217 code.
        landing: what lands by when, and how past months did.
        speed: how fast the company is paid.
        owed: who owes what.
        leaving: recurring revenue; None when no source brought subscriptions.
        collecting: what following up costs and brings.
        trust: loads, model figures, reconciliation.
    """

    as_of_date: dt.date
    reporting_currency: str
    landing: LandingFacts
    speed: SpeedFacts
    owed: OwedFacts
    leaving: LeavingFacts | None
    collecting: CollectingFacts
    trust: TrustFacts
