"""Decisions to messages: policy file, templates, lists, digest and drafts.

Belongs here: rendering what a table decided. Does not belong here: deciding, ranking, holds (dbt),
Dagster.
"""
