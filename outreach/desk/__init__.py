"""The desk: what people decide and what leaves, in one small transactional file (`desk.sqlite`).

Belongs here: its tables, entries of people, the outbox and its state machine. Does not belong here:
rendering (`outreach`), transport (`outreach.delivery`), deciding whom to write to (dbt).
"""
