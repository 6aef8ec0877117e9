"""The outreach policy: segments, scenarios, caps, holds, value; read, validated, explained, as rows.

Belongs here: `policy.yml` and what it may say. Does not belong here: applying it (dbt decides).
"""

from outreach.policy.loading import DEFAULT_POLICY_PATH, PolicyError, load_policy
from outreach.policy.scenarios import template_names
from outreach.policy.shape import Policy
from outreach.policy.tables import holiday_rows, policy_rows

__all__ = [
    "DEFAULT_POLICY_PATH",
    "Policy",
    "PolicyError",
    "holiday_rows",
    "load_policy",
    "policy_rows",
    "template_names",
]
