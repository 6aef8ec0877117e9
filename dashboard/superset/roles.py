"""The CFO's role: reads dashboards and charts, takes their rows along as CSV, and nothing else.

Belongs here: the list of permissions, each with its reason. Does not belong here: users and
passwords (`home.py`), datasets (`provision.py` adds those of ours).
"""

from __future__ import annotations

ROLE = "CFO"
# Permission and where it applies, in the names of Superset 6.1.
PERMISSIONS = (
    # Lists and pages.
    ("can_read", "Dashboard"),
    ("can_read", "Chart"),
    ("can_dashboard", "Superset"),
    ("menu_access", "Dashboards"),
    ("menu_access", "Charts"),
    ("menu_access", "Home"),
    ("can_recent_activity", "Log"),
    # A page reports what was opened into Superset's own log, and fails without.
    ("can_log", "Superset"),
    # What every page asks for: who am I, the menu, the words and colours of the interface.
    ("can_read", "CurrentUserRestApi"),
    ("can_get", "MenuApi"),
    ("can_language_pack", "Superset"),
    ("can_read", "Theme"),
    # Rows of a chart as CSV, or as a table in place of the picture.
    ("can_csv", "Superset"),
    ("can_view_chart_as_table", "Dashboard"),
    # A choice of filters is kept, so that a page survives being loaded again; a person's own.
    ("can_read", "DashboardFilterStateRestApi"),
    ("can_write", "DashboardFilterStateRestApi"),
)
