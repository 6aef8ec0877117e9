"""What a person sees of a training: contenders and verdict, figures, curves.

Belongs here: Dagster metadata and pictures made from model cards. Does not belong here: the figures
(`models_ml`), deciding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dagster as dg

from models_ml.card_page import card_page, number, promotion_table
from orchestration.pictures import bars, lines, markdown_image, scatter

if TYPE_CHECKING:
    from orchestration.training import Training


def training_metadata(trained: dict[str, Training]) -> dict[str, Any]:
    """Verdict, figures, curves and card of each model, by entry."""
    entries: dict[str, Any] = {}
    for name, training in trained.items():
        card, words = training.challenger.card, name.replace("_", " ")
        promotion = card["promotion"]
        entries[f"{words}: decision"] = dg.MetadataValue.text(promotion["decision"])
        entries[f"{words}: why"] = dg.MetadataValue.md(promotion["statement"])
        if table := promotion_table(promotion):
            entries[f"{words}: contenders"] = dg.MetadataValue.md(table)
        for title, picture in card_pictures(card).items():
            entries[f"{words}: {title}"] = dg.MetadataValue.md(picture)
        entries[f"{words}: figures on later rows"] = dg.MetadataValue.md(figures_table(card))
        entries[f"{words}: card"] = dg.MetadataValue.md(card_page(card))
        entries[f"{words}: folder"] = dg.MetadataValue.path(str(training.folder))
    return entries


def figures_table(card: dict[str, Any]) -> str:
    """All figures of a card beside those of its baseline, as a Markdown table."""
    head = "| segment | metric | model | baseline | n |\n|---|---|---|---|---|"
    rows = [
        f"| {row['segment']} | {row['metric']} | {number(row['value'])} |"
        f" {number(row['baseline_value'])} | {row['n']} |"
        for row in card.get("evaluation", [])
    ]
    return "\n".join([head, *rows])


def card_pictures(card: dict[str, Any]) -> dict[str, str]:
    """Markdown images of the curves of a card, by title; none without a trial."""
    curves, pictures = card.get("curves") or {}, {}
    if points := curves.get("calibration"):
        days = curves.get("calibration_days")
        what = f"being paid within {days} days" if days else "leaving"
        title = f"Chance of {what}: predicted, and what happened"
        pictures["calibration"] = scatter(title, points)
    if points := curves.get("paid_by_day"):
        pictures["forecast against actual"] = lines(
            "Share of the open invoices paid by day", ("forecast", "actual"), points
        )
    if points := curves.get("effects"):
        pictures["effects"] = bars("Mean absolute contribution, log-odds", points)
    return {title: markdown_image(title, svg) for title, svg in pictures.items()}
