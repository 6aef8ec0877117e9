"""What a day costs on the simulated company: seconds by stage, first run and rerun.

Prints the stage times of `encours run` on a fresh default company (with training) and of the same
day again, and the ratio of the two. Machines differ: read the ratio and the shares.

    python benchmarks/day_cost.py [customers]
"""

import datetime as dt
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console

from orchestration.cli import day as day_commands
from orchestration.cli.writing import write_simulated_company
from orchestration.config import load_company
from orchestration.runs import quiet_environment

DAY = dt.date(2026, 10, 30)


def timed_run(home: Path) -> tuple[float, dict[str, float]]:
    """Run the day quietly; total seconds and seconds by stage."""
    seconds: dict[str, float] = {}
    original = day_commands.print_times
    day_commands.print_times = lambda times, total, console: seconds.update(times.seconds)
    started = time.perf_counter()
    try:
        quiet = Console(quiet=True)
        day_commands.run_day(load_company(home / "encours.toml"), DAY, None, quiet, started)
    finally:
        day_commands.print_times = original
    return time.perf_counter() - started, seconds


def main(customers: int) -> None:
    quiet_environment()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        started = time.perf_counter()
        rows = write_simulated_company(home, customers, 36, 1, DAY, "csv")
        simulated = time.perf_counter() - started
        print(
            f"{rows['customers']:,} customers, {rows['invoices']:,} invoices; simulated in {simulated:.1f} s"
        )
        first, first_stages = timed_run(home)
        again, again_stages = timed_run(home)
    print(f"{'stage':<12}{'first, s':>10}{'share':>8}{'again, s':>10}")
    for name, seconds in first_stages.items():
        print(
            f"{name:<12}{seconds:>10.1f}{seconds / first:>8.0%}{again_stages.get(name, 0):>10.1f}"
        )
    print(
        f"{'in all':<12}{first:>10.1f}{1:>8.0%}{again:>10.1f}   again / first: {again / first:.2f}"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1500)
