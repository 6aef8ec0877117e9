"""The sections of the summary, one module a question, each a function from facts to a `Section`.

Belongs here: choosing sentences, charts and tables. Does not belong here: the words (`words.yml`),
SQL, HTML.
"""

from dashboard.sections.key_figures import key_figures
from dashboard.sections.landing import landing_section
from dashboard.sections.leaving import leaving_section
from dashboard.sections.owed import owed_section
from dashboard.sections.speed import speed_section
from dashboard.sections.trust import trust_section

SECTIONS = (landing_section, speed_section, owed_section, leaving_section, trust_section)

__all__ = [
    "SECTIONS",
    "key_figures",
    "landing_section",
    "leaving_section",
    "owed_section",
    "speed_section",
    "trust_section",
]
