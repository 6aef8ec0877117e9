"""What the terminal says at the end of a day: figures, where to look, where the time went.

Belongs here: a plain summary for a person. Does not belong here: computing figures (the marts and
`dashboard.summary_facts` hold them).
"""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from orchestration.config import Company
from orchestration.publishing import Publication
from orchestration.stages import StageTimes


def print_times(times: StageTimes, console: Console) -> None:
    """Seconds by stage, on one line."""
    parts = [f"{name.lower()} {seconds:.1f}" for name, seconds in times.seconds.items()]
    console.print(f"[dim]Seconds: {', '.join(parts)}; in all {sum(times.seconds.values()):.1f}[/]")


def print_summary(company: Company, publication: Publication, console: Console) -> None:
    """The figures of a published day and the paths of its files."""
    table = Table(
        title=f"{company.config.company.name}, {publication.as_of_date}", show_header=False
    )
    table.add_row("publication", str(publication.folder))
    console.print(table)
