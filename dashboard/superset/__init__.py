"""Apache Superset on the publication: the BI tool for slicing, provisioned from versioned assets.

Belongs here: what sets Superset up and starts it, in an environment of its own (`.venv-bi`), and
the dashboards themselves (`assets/`). Does not belong here: business arithmetic (dbt marts); the
cockpit, which needs no server (the other folders of `dashboard`).
"""
