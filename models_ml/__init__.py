"""Features to predictions: pure functions over pandas tables.

Belongs here: fit, predict and evaluate of time-to-pay and churn. Does not belong here: databases,
Dagster, the clock, decisions.
"""
