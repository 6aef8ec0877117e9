"""The model card as a page a person reads (Markdown).

Belongs here: how the card's entries are laid out and worded. Does not belong here: what the card
holds (training, gate.py).
"""

from __future__ import annotations

from typing import Any

_PURPOSE = {
    "time_to_pay": "When each open invoice is paid, as a distribution over the next 120 days. Used to "
    "rank accounts and forecast cash; not to decide about credit, and not about a person.",
    "churn": "Whether the recurring revenue of a paying customer stops in the coming months. Used to "
    "look after customers at risk; not to refuse service.",
}
_DECISIONS = {
    "promoted": "promoted: it scores from now on",
    "kept": "not promoted: the champion stays",
    "fallback": "not promoted: the naive forecast is used",
}
# Shown by segment, in this order; the rest stands under further figures.
_METRICS = ("crps_days", "mae_median_days", "coverage_80", "coverage_80_stated", "width_80_days")
_CHURN_METRICS = ("brier", "calibration_error", "pr_auc", "roc_auc", "top_decile_lift")


def card_page(card: dict[str, Any]) -> str:
    """Return the page of a model card; entries that a card does not have are left out."""
    name = str(card.get("model", "model"))
    parts = [
        f"# Model card: {name.replace('_', ' ')}",
        _PURPOSE.get(name, ""),
        _identity(card),
        f"**Method.** {card.get('method')}. {card.get('reason', '')}",
        _gate(card.get("promotion")),
        _evaluation(card),
        _limits(card),
        _features(card),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def promotion_table(promotion: dict[str, Any]) -> str:
    """Return the contenders of a verdict with their figures, then its rules, as Markdown tables."""
    if not promotion.get("figures"):
        return ""
    metric = promotion["metric"]
    shown = {"loss": metric}
    if promotion["figures"]["challenger"]["coverage_80"] is not None:
        shown |= {"coverage_80": "80 % covered", "coverage_80_stated": "stated"}
        shown |= {"width_80_days": "width, days"}
    head = f"| | {' | '.join(shown.values())} |\n|---|{'---|' * len(shown)}"
    lines = []
    for name in ("challenger", "champion", "baseline"):
        if figures := promotion["figures"].get(name):
            cells = [number(figures[key]) for key in shown]
            lines.append(f"| {name} | {' | '.join(cells)} |")
    rules = ["| rule | challenger | |\n|---|---|---|"]
    rules += [
        f"| {rule['name'].replace('_', ' ')} | {'passed' if rule['passed'] else '**failed**'} | "
        f"{rule['detail']} |"
        for rule in promotion["rules"]["challenger"]
    ]
    return "\n".join([head, *lines]) + "\n\n" + "\n".join(rules)


def number(value: float | None) -> str:
    """Return a figure with four decimals, nothing for none."""
    return "" if value is None or value != value else f"{value:.4f}"


def _identity(card: dict[str, Any]) -> str:
    entries = {
        "Version": card.get("model_version"),
        "Trained on what was known before": card.get("training_cutoff"),
        "Rows": card.get("rows"),
        "Paid invoices": card.get("paid_invoices"),
        "Churned customers": card.get("events"),
        "Code (SHA-256)": card.get("code_hash"),
        "Data (SHA-256)": card.get("data_hash"),
        "Library, format, seed": f"{card.get('library')}, {card.get('format_version')}, "
        f"{card.get('seed')}",
    }
    lines = [f"| {key} | {value} |" for key, value in entries.items() if value is not None]
    return "\n".join(["| | |", "|---|---|", *lines])


def _gate(promotion: dict[str, Any] | None) -> str:
    if not promotion:
        return ""
    note = f" {promotion['note']}" if promotion.get("note") else ""
    rows = promotion["rows"]
    compared = (
        f"Compared on {rows} rows of {promotion['customers']} customers, later than the cutoffs of "
        "both twins (the same recipes, fitted before the holdout) and matured by the training date."
        if rows
        else ""
    )
    parts = [
        "## Promotion",
        f"**{_DECISIONS[promotion['decision']].capitalize()}.** {promotion['statement']}{note}",
        compared,
        promotion_table(promotion),
    ]
    return "\n\n".join(part for part in parts if part)


def _evaluation(card: dict[str, Any]) -> str:
    rows = card.get("evaluation") or []
    holdout = card.get("holdout")
    described = (
        ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in holdout.items())
        if isinstance(holdout, dict)
        else str(holdout or "")
    )
    if not rows:
        return f"## Figures\n\n{described}"
    metrics = _METRICS if card.get("model") == "time_to_pay" else _CHURN_METRICS
    value_of = {(row["segment"], row["metric"]): row for row in rows}
    segments = list(dict.fromkeys(row["segment"] for row in rows))
    head = f"| segment | rows | {' | '.join(metrics)} |\n|{'---|' * (len(metrics) + 2)}"
    lines = []
    for segment in segments:
        found = [value_of.get((segment, metric)) for metric in metrics]
        count = next((row["n"] for row in found if row), "")
        cells = [
            f"{number(row['value'])} ({number(row['baseline_value'])})" if row else ""
            for row in found
        ]
        lines.append(f"| {segment} | {count} | {' | '.join(cells)} |")
    return (
        f"## Figures on later rows, the naive forecast in brackets\n\n{described}\n\n"
        + "\n".join([head, *lines])
    )


def _limits(card: dict[str, Any]) -> str:
    limits = card.get("known_limits") or []
    return "## Known limits\n\n" + "\n".join(f"- {limit}" for limit in limits) if limits else ""


def _features(card: dict[str, Any]) -> str:
    names = card.get("features") or []
    reasons = card.get("feature_reasons") or {}
    if not names:
        return ""
    lines = [f"- `{name}`: {reasons[name]}" if name in reasons else f"- `{name}`" for name in names]
    return "## Features, all known before the row's date\n\n" + "\n".join(lines)
