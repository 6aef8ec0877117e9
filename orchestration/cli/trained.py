"""What the terminal says after a training: contenders, rules, verdict, where the cards are.

Belongs here: a plain table for a person. Does not belong here: deciding (`models_ml.gate`).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from orchestration.champions import MODELS, champion_folder, model_home
from orchestration.config import Company

_DECISIONS = {
    "promoted": "[green]promoted[/]: it scores from now on",
    "kept": "[yellow]not promoted[/]: the champion stays",
    "fallback": "[yellow]not promoted[/]: the naive forecast is used",
}
_METRICS = {"crps_days": "CRPS, days", "brier": "Brier score"}
_NAMES = {"challenger": "challenger", "champion": "champion", "baseline": "naive forecast"}


def print_verdicts(company: Company, day: date, console: Console) -> None:
    """Contenders and verdict of each model trained on a day, and what is in use."""
    from models_ml.store import read_card

    for name in MODELS:
        folder = model_home(company, name) / day.isoformat()
        card = read_card(folder)
        promotion = card["promotion"]
        console.print()
        if promotion["figures"]:
            console.print(_contenders(name, promotion))
        console.print(
            f"{name.replace('_', ' ').capitalize()}: {_DECISIONS[promotion['decision']]}",
            highlight=False,
        )
        for rule in promotion["rules"]["challenger"]:
            mark = "[green]✓[/]" if rule["passed"] else "[red]✗[/]"
            console.print(
                f"  {mark} {rule['name'].replace('_', ' ')}: {escape(rule['detail'])}",
                highlight=False,
                soft_wrap=True,
            )
        said = [
            promotion["note"],
            None if promotion["rules"]["challenger"] else promotion["statement"],
        ]
        for line in filter(None, said):
            console.print(f"  {escape(line)}", highlight=False, soft_wrap=True)
        in_use = champion_folder(company, name, day)
        console.print(
            f"  in use: {in_use}; card: {folder / 'model_card.md'}", soft_wrap=True, highlight=False
        )


def _contenders(name: str, promotion: dict[str, Any]) -> Table:
    rows = f"{promotion['rows']:,} later rows of {promotion['customers']:,} customers"
    table = Table(
        title=f"{name.replace('_', ' ').capitalize()} · {rows}", title_justify="left", expand=False
    )
    table.add_column("")
    headings = [_METRICS[promotion["metric"]], "against naive (95 %)"]
    has_intervals = promotion["figures"]["challenger"]["coverage_80"] is not None
    headings += ["80 %: in / stated", "width, days"] if has_intervals else []
    for heading in headings:
        table.add_column(heading, justify="right")
    for contender, words in _NAMES.items():
        if figures := promotion["figures"].get(contender):
            digits = 2 if promotion["metric"] == "crps_days" else 4
            cells = [f"{figures['loss']:.{digits}f}"]
            cells.append(
                _difference(promotion["differences"], f"{contender}_less_baseline", digits)
            )
            if has_intervals:
                cells.append(f"{figures['coverage_80']:.3f} / {figures['coverage_80_stated']:.3f}")
                cells.append(f"{figures['width_80_days']:.1f}")
            table.add_row(words, *cells)
    if "challenger_less_champion" in promotion["differences"]:
        digits = 2 if promotion["metric"] == "crps_days" else 4
        against = _difference(promotion["differences"], "challenger_less_champion", digits)
        table.caption = f"challenger less champion: {against}"
    return table


def _difference(differences: dict[str, Any], name: str, digits: int) -> str:
    if name not in differences:
        return ""
    found = differences[name]
    if found["low"] is None:
        return f"{found['value']:+.{digits}f}"
    ends = f"{found['low']:+.{digits}f} … {found['high']:+.{digits}f}"
    return f"{found['value']:+.{digits}f} ({ends})"
