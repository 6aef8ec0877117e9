"""The assets, a module a group: ingestion, transformation, scoring, outreach, publication."""
