"""What the CFO opens: the summary of a day as one self-contained page, made from the publication.

Belongs here: reading the published marts, wording their figures, rendering. Does not belong here:
business arithmetic (dbt), reading the live warehouse, Dagster, the clock.
"""

from dashboard.facts import PublicationError, SummaryFacts
from dashboard.page import write_cfo_summary
from dashboard.publication import open_publication
from dashboard.reading import summary_facts

__all__ = [
    "PublicationError",
    "SummaryFacts",
    "open_publication",
    "summary_facts",
    "write_cfo_summary",
]
