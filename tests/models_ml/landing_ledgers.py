"""Small ledgers whose landing can be worked out by hand.

Belongs here: the landing's tables, a model with curves that are given. Does not belong here:
assertions.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from models_ml.landing_book import LandingTables

DAYS = 121
NEVER = "9999-12-31"


class GivenCurves:
    """Stands in for a fitted model: P(paid by day) of each invoice as told."""

    method = "hazard"

    def __init__(self, curves: dict[str, np.ndarray]) -> None:
        self.curves = curves
        self.asked: list[pd.DataFrame] = []

    def incidence(self, table: pd.DataFrame) -> np.ndarray:
        self.asked.append(table)
        return np.array([self.curves[one] for one in table["invoice_id"]]).reshape(-1, DAYS)


def steps(*days_and_levels: tuple[int, float]) -> np.ndarray:
    """A curve that rises to a level on a day and stays there."""
    curve = np.zeros(DAYS)
    for day, level in days_and_levels:
        curve[day:] = level
    return curve


def landmark(day: str, invoice: str, customer: str = "C1", **features: object) -> dict[str, object]:
    return {
        "landmark_date": pd.Timestamp(day),
        "invoice_id": invoice,
        "customer_id": customer,
        "invoice_terms_days": 30,
        "days_to_due": 5,
        "age_days": 25,
        **features,
    }


def part(
    day: str, invoice: str, amount: float, before: int = 0, customer: str = "C1"
) -> dict[str, object]:
    return {
        "landmark_date": pd.Timestamp(day),
        "invoice_id": invoice,
        "customer_id": customer,
        "days_before_last_due": before,
        "open_amount_reporting": amount,
    }


def promised(
    day: str, issued: str, last: str, amount: float, customer: str = "C1"
) -> dict[str, object]:
    return {
        "landmark_date": pd.Timestamp(day),
        "invoice_date": pd.Timestamp(issued),
        "customer_id": customer,
        "last_invoice_id": last,
        "amount_reporting": amount,
    }


def cash(day: str, amount: float, known: str = NEVER, since: str = NEVER) -> dict[str, object]:
    return {
        "cash_date": np.datetime64(day, "s"),
        "invoice_known_date": np.datetime64(known, "s"),
        "contracted_since_date": np.datetime64(since, "s"),
        "amount_reporting": amount,
    }


def tables(
    landmarks: list[dict[str, object]],
    parts: list[dict[str, object]],
    contracted: list[dict[str, object]] | None = None,
    received: list[dict[str, object]] | None = None,
) -> LandingTables:
    """The four tables, with their columns where they have no row."""
    empty = (
        landmark("2026-01-01", ""),
        part("2026-01-01", "", 0.0),
        promised("2026-01-01", "2026-01-01", "", 0.0),
        cash("2026-01-01", 0.0),
    )
    given = (landmarks, parts, contracted or [], received or [])
    frames = [
        pd.DataFrame([*rows, row]).iloc[: len(rows)] for rows, row in zip(given, empty, strict=True)
    ]
    return LandingTables(*frames).checked()
