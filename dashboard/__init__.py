"""What the CFO opens: the cockpit of a day as one self-contained page and as PDF, made from the publication.

Belongs here: reading the published marts, wording their figures, rendering. Does not belong here:
business arithmetic (dbt), reading the live warehouse, Dagster, the clock.
"""

from dashboard.cockpit import cockpit_facts, write_cockpit
from dashboard.facts import CockpitFacts
from dashboard.pack import is_month_end, write_pack
from dashboard.paper import PaperError
from dashboard.publication import PublicationError, open_publication

__all__ = [
    "CockpitFacts",
    "PaperError",
    "PublicationError",
    "cockpit_facts",
    "is_month_end",
    "open_publication",
    "write_cockpit",
    "write_pack",
]
