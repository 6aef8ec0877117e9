"""Sources into the warehouse: one folder a system, the import contract, and landing.

Belongs here: reading a source, checking it against the contract, writing `raw_<source>` tables with
their manifest and quarantine. Does not belong here: renaming, metrics, decisions (dbt), Dagster.
"""
