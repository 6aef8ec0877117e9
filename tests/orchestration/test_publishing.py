"""Write, audit, publish: readers see what passed, or what they saw before."""

import datetime as dt

import duckdb
import pytest

from orchestration import publishing
from orchestration.publication.files import DATABASE
from orchestration.publishing import (
    KEPT,
    PublicationError,
    current_publication,
    publish,
    published_day,
)

DAY = dt.date(2024, 3, 31)


@pytest.fixture
def warehouse(tmp_path):
    path = tmp_path / "warehouse.duckdb"
    fill(path, 1)
    return path


def fill(path, value: int, day: dt.date = DAY) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema if not exists marts")
        connection.execute(
            f"create or replace table marts.fct_dso as select date '{day}' as as_of_date"
        )
        connection.execute(
            f"create or replace table marts.fct_x as select {value} as n, 12.30::decimal(18,2) as amount"
        )


def published_value(published) -> int:
    with duckdb.connect(str(published / "current" / DATABASE), read_only=True) as connection:
        return connection.execute("select n from marts.fct_x").fetchall()[0][0]


def test_the_same_marts_are_published_once(warehouse, tmp_path):
    published = tmp_path / "published"
    first = publish(warehouse, published, DAY, "run-1")
    again = publish(warehouse, published, DAY, "run-2")
    assert (first.is_new, again.is_new) == (True, False)
    assert first.folder == again.folder
    assert [p.name for p in published.glob("????-??-??_*")] == [first.folder.name]


def test_a_failed_audit_leaves_the_last_good_publication(warehouse, tmp_path, monkeypatch):
    published = tmp_path / "published"
    publish(warehouse, published, DAY, "run-1")
    fill(warehouse, 2)
    write = publishing.write_files

    def write_badly(source, folder, *rest):
        write(source, folder, *rest)
        with duckdb.connect(str(folder / DATABASE)) as connection:
            connection.execute("update marts.fct_x set amount = 12.31")

    monkeypatch.setattr(publishing, "write_files", write_badly)
    with pytest.raises(
        PublicationError,
        match=r"fct_x holds totals amount 12.31 instead of 12.30\. .* The last good publication stays",
    ):
        publish(warehouse, published, DAY, "run-2")
    assert published_value(published) == 1
    assert not list(published.glob(".draft-*"))


def test_a_run_killed_before_the_swap_leaves_the_last_good_publication(
    warehouse, tmp_path, monkeypatch
):
    published = tmp_path / "published"
    publish(warehouse, published, DAY, "run-1")
    fill(warehouse, 2)
    monkeypatch.setattr(publishing, "_point", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        publish(warehouse, published, DAY, "run-2")
    assert published_value(published) == 1
    monkeypatch.undo()
    publish(warehouse, published, DAY, "run-3")
    assert published_value(published) == 2


def test_a_reader_keeps_its_snapshot_while_a_new_day_is_published(warehouse, tmp_path):
    published = tmp_path / "published"
    publish(warehouse, published, DAY, "run-1")
    with duckdb.connect(str(published / "current" / DATABASE), read_only=True) as reader:
        fill(warehouse, 2)
        publish(warehouse, published, DAY, "run-2")
        assert reader.execute("select n from marts.fct_x").fetchall() == [(1,)]
    assert published_value(published) == 2


def test_only_the_last_publications_are_kept_and_a_day_is_found_by_its_date(warehouse, tmp_path):
    published = tmp_path / "published"
    for number in range(KEPT + 3):
        fill(warehouse, number, DAY + dt.timedelta(days=number))
        publish(warehouse, published, DAY + dt.timedelta(days=number), f"run-{number}")
    assert len(list(published.glob("????-??-??_*"))) == KEPT
    assert current_publication(published).as_of_date == DAY + dt.timedelta(days=KEPT + 2)
    assert published_day(published, DAY) is None
    assert published_day(published, DAY + dt.timedelta(days=KEPT)).as_of_date == DAY + dt.timedelta(
        days=KEPT
    )


def test_nothing_is_published_of_an_empty_warehouse(tmp_path):
    path = tmp_path / "warehouse.duckdb"
    duckdb.connect(str(path)).close()
    with pytest.raises(PublicationError, match="holds no marts"):
        publish(path, tmp_path / "published", DAY, "run-1")


def test_a_past_day_run_again_does_not_take_readers_back(warehouse, tmp_path):
    published = tmp_path / "published"
    publish(warehouse, published, DAY, "run-1")
    fill(warehouse, 2, DAY - dt.timedelta(days=30))
    past = publish(warehouse, published, DAY - dt.timedelta(days=30), "run-2")
    assert published_value(published) == 1
    assert published_day(published, past.as_of_date).folder == past.folder


def test_marts_of_another_date_are_not_published(warehouse, tmp_path):
    with pytest.raises(PublicationError, match="marts are those of 2024-03-31, not of 2024-04-01"):
        publish(warehouse, tmp_path / "published", DAY + dt.timedelta(days=1), "run-1")
