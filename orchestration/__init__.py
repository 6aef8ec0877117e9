"""The only package that imports Dagster: assets, checks, jobs, schedule, sensors, command line.

Belongs here: wiring. Does not belong here: business arithmetic (dbt), model code (models_ml),
reading sources (connectors), rendering (outreach).
"""
