"""Publish again and again while readers query: no lock error, no mixed run, no file gone unexplained.

Usage: `python tests/drills/read_while_publishing.py [--publications 100] [--readers 8] [--kills 10]`.
Every publication is a generation: its number stands in each mart and each Parquet file, and the marts'
totals follow from it. Readers are processes of their own and come in four habits: one that opens the file
for each query, one that keeps it open for a while, one that keeps it open all day, and one that resolves
`current` and reads several Parquet files. The publisher is a process too, killed (SIGKILL) so many times at
random moments and started again. Exit code 1 where a reader saw what must not be.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT)]

from orchestration import publishing  # noqa: E402
from orchestration.publication.about import About, Description  # noqa: E402
from orchestration.publication.files import DATABASE  # noqa: E402
from orchestration.publishing import publish  # noqa: E402

DAY = dt.date(2024, 3, 31)
HABITS = ("each query", "keeps open", "all day", "parquet")
ROWS = 5_000
QUERIES_KEPT_OPEN = 25
ABOUT = About("Drill", "EUR", ("files",), None, (), {"fct_dso": Description("One row.")})


@dataclass(frozen=True)
class Result:
    """What is there at the end.

    Attributes:
        publications: how many were published.
        kills: publishers killed at work.
        queries: how many readers asked, by habit.
        generations: how many different ones each reader saw, by habit.
        reopened: times a folder was no longer kept and the reader opened `current` again.
        faults: what must not be; empty when all is well.
    """

    publications: int
    kills: int
    queries: dict[str, int]
    generations: dict[str, list[int]]
    reopened: int
    faults: list[str]


# What a generation holds: each invoice owes its number of cents; the total is stated beside.
def fill(warehouse: Path, generation: int) -> None:
    """Make the marts of a generation."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema if not exists marts; begin")
        for table, query in {
            "fct_dso": f"select date '{DAY}' as as_of_date, {generation} as generation,"
            f" ({ROWS} * {generation} / 100)::decimal(18,2) as total_amount",
            "fct_items": f"select {generation} as generation, range as invoice_id,"
            f" ({generation} / 100)::decimal(18,2) as open_amount from range({ROWS})",
            "fct_aged": f"select {generation} as generation, range % 7 as bucket,"
            f" sum({generation} / 100)::decimal(18,2) as amount from range({ROWS}) group by all",
        }.items():
            connection.execute(f"create or replace table marts.{table} as {query}")
        connection.execute("commit")


QUESTION = (
    "select (select generation from {fct_dso}), min(items.generation), max(items.generation),"
    " (select max(generation) from {fct_aged}), (select total_amount from {fct_dso}),"
    " sum(items.open_amount), (select sum(amount) from {fct_aged}), count(*) from {fct_items} as items"
)
MARTS = {table: f"marts.{table}" for table in ("fct_dso", "fct_items", "fct_aged")}


def seen(connection: duckdb.DuckDBPyConnection, tables: dict[str, str]) -> int:
    """The generation a reader finds.

    Raises:
        AssertionError: Two generations are mixed, or a total differs by a cent.
    """
    row = connection.execute(QUESTION.format(**tables)).fetchall()[0]
    generations, totals, rows = row[:4], row[4:7], row[7]
    if len(set(generations)) != 1 or len(set(totals)) != 1 or rows != ROWS:
        raise AssertionError(f"mixed: generations {generations}, totals {totals}, {rows} rows")
    return int(generations[0])


def each_query(published: Path) -> Iterator[int]:
    while True:
        file = published / "current" / DATABASE
        with duckdb.connect(str(file), read_only=True) as connection:
            yield seen(connection, MARTS)


def keeps_open(published: Path, queries: int | None = QUERIES_KEPT_OPEN) -> Iterator[int]:
    """The day must not change under an open connection, not even once its folder is gone."""
    while True:
        file = published / "current" / DATABASE
        with duckdb.connect(str(file), read_only=True) as connection:
            first = seen(connection, MARTS)
            yield first
            asked = 1
            while queries is None or asked < queries:
                again = seen(connection, MARTS)
                if again != first:
                    raise AssertionError(f"generation {first} became {again} while open")
                asked += 1
                yield again


def all_day(published: Path) -> Iterator[int]:
    yield from keeps_open(published, None)


def parquet(published: Path) -> Iterator[int]:
    with duckdb.connect() as connection:
        while True:
            folder = (published / "current").resolve() / "parquet"
            files = {table: f"read_parquet('{folder}/{table}.parquet')" for table in MARTS}
            yield seen(connection, files)


def be_a_reader(habit: str, published: Path, stop: Path) -> dict[str, object]:
    """Query until told to stop; what was found."""
    habits = dict(zip(HABITS, (each_query, keeps_open, all_day, parquet), strict=True))
    queries, reopened, newest, generations, faults = 0, 0, 0, set(), []
    reading = habits[habit](published)
    parent = os.getppid()
    # An orphan stops too: the drill itself may be killed.
    while not stop.exists() and os.getppid() == parent and len(faults) < 5:
        time.sleep(0.02)  # the publisher, too, needs a processor
        started_in = (published / "current").resolve()
        try:
            generation = next(reading)
        except duckdb.IOException as error:
            # Documented: a folder that is no longer kept is gone as a whole; `current` is opened again.
            if started_in.exists() or "No such file" not in str(error):
                faults.append(f"{habit}: {' '.join(str(error).split())}")
            reopened += 1
            reading = habits[habit](published)
            continue
        except (duckdb.Error, AssertionError) as error:
            faults.append(f"{habit}: {type(error).__name__}: {' '.join(str(error).split())}")
            reading = habits[habit](published)
            continue
        if generation < newest:
            faults.append(f"{habit}: generation {generation} after {newest}")
        queries, newest = queries + 1, max(newest, generation)
        generations.add(generation)
    return {
        "habit": habit,
        "queries": queries,
        "generations": len(generations),
        "reopened": reopened,
        "faults": faults,
    }


def be_the_publisher(home: Path, first: int, last: int, audits_here: bool) -> None:
    """Publish generations one after the other, a line on standard output for each."""
    if audits_here:
        publishing._audit_apart = lambda *_: None
    for generation in range(first, last + 1):
        publish_one(home, generation)
        print(generation, flush=True)


def publish_one(home: Path, generation: int) -> None:
    fill(home / "warehouse.duckdb", generation)
    publish(home / "warehouse.duckdb", home / "published", DAY, f"run-{generation}", ABOUT)


def drill(
    home: Path, publications: int, readers: int, kills: int, seed: int, audits_here: bool = False
) -> Result:
    """Publish so many times while so many processes read.

    Args:
        home: An empty folder.
        publications: How many generations.
        readers: How many processes, of all habits in turn.
        kills: How many publishers die.
        seed: Of the random moments.
        audits_here: Leave out the audit's process: more publications in less time.
    """
    chance = random.Random(seed)
    publish_one(home, 1)
    stop = home / "stop"
    reading = [
        _start("--be-a-reader", HABITS[number % len(HABITS)], home / "published", stop)
        for number in range(readers)
    ]
    deadly = sorted(chance.sample(range(2, publications), kills))
    generation, killed = 1, 0
    while generation < publications:
        with _start(
            "--be-the-publisher", home, generation + 1, publications, audits_here
        ) as publisher:
            for line in publisher.stdout or ():
                generation = int(line)
                if deadly and generation >= deadly[0]:
                    deadly.pop(0)
                    time.sleep(chance.uniform(0, 0.3))
                    killed += publisher.poll() is None
                    publisher.kill()
                    break
    time.sleep(0.3)  # readers ask once more
    stop.touch()
    told = [json.loads(reader.communicate(timeout=120)[0]) for reader in reading]
    return _result(home, publications, killed, told)


def _start(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, __file__, *(str(argument) for argument in arguments)],
        stdout=subprocess.PIPE,
        text=True,
    )


def _result(home: Path, publications: int, kills: int, told: list[dict]) -> Result:
    queries: Counter[str] = Counter()
    generations: dict[str, list[int]] = {}
    for reader in told:
        queries[reader["habit"]] += reader["queries"]
        generations.setdefault(reader["habit"], []).append(reader["generations"])
    faults = [fault for reader in told for fault in reader["faults"]]
    with duckdb.connect(str(home / "published" / "current" / DATABASE), read_only=True) as last:
        if seen(last, MARTS) != publications:
            faults.append("the last publication is not the one readers see")
    kept = list((home / "published").glob("????-??-??_*"))
    if len(kept) > publishing.KEPT or list((home / "published").glob(".*")):
        faults.append(f"{len(kept)} kept, left over: {list((home / 'published').glob('.*'))}")
    reopened = sum(reader["reopened"] for reader in told)
    return Result(publications, kills, dict(queries), generations, reopened, faults)


def main() -> None:
    """Run the drill, or be one of its processes."""
    if sys.argv[1:2] == ["--be-a-reader"]:
        habit, published, stop = sys.argv[2:]
        print(json.dumps(be_a_reader(habit, Path(published), Path(stop))))
        return
    if sys.argv[1:2] == ["--be-the-publisher"]:
        home, first, last, audits_here = sys.argv[2:]
        be_the_publisher(Path(home), int(first), int(last), audits_here == "True")
        return
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--publications", type=int, default=100)
    parser.add_argument("--readers", type=int, default=8)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="encours-") as folder:
        result = drill(
            Path(folder), arguments.publications, arguments.readers, arguments.kills, arguments.seed
        )
    print(f"{result.publications} publications, {result.kills} publishers killed at work")
    for habit, count in result.queries.items():
        seen_by = ", ".join(str(number) for number in result.generations[habit])
        print(f"{count:>8} queries of readers: {habit}; publications each saw: {seen_by}")
    print(f"{result.reopened:>8} times a folder was no longer kept and was opened again")
    print("no lock error, no mixed run" if not result.faults else "FAULTS:")
    for fault in result.faults:
        print(f"  {fault}")
    sys.exit(1 if result.faults else 0)


if __name__ == "__main__":
    main()
