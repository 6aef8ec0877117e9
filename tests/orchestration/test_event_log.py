"""The run history is Dagster's own, only cheaper to write."""

import threading
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy
from dagster._core.storage.event_log import SqliteEventLogStorage

from orchestration.event_log import MOST_OPEN_FILES, KeptOpenEventLog
from orchestration.runs import _DAGSTER_YAML

pytestmark = pytest.mark.filterwarnings("default")


@dg.asset(check_specs=[dg.AssetCheckSpec("is_even", asset="figure")])
def figure():
    yield dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=True)])


JOB = dg.Definitions(assets=[figure], jobs=[dg.define_asset_job("one", selection=[figure])])


@pytest.fixture
def home(tmp_path) -> Path:
    history = tmp_path / "history" / "runs"
    settings = _DAGSTER_YAML.replace("{history}", f'"{history}"')
    (tmp_path / "dagster.yaml").write_text(settings)
    return tmp_path


def run(instance: dg.DagsterInstance) -> str:
    return JOB.resolve_job_def("one").execute_in_process(instance=instance).run_id


def test_dagsters_own_storage_reads_what_was_written(home):
    with dg.DagsterInstance.from_config(str(home)) as instance:
        assert isinstance(instance.event_log_storage, KeptOpenEventLog)
        run_id = run(instance)
        written = [
            record.event_log_entry for record in instance.get_records_for_run(run_id).records
        ]
    own = SqliteEventLogStorage(str(home / "history" / "runs"))
    assert len(written) > 10
    assert own.get_logs_for_run(run_id) == written
    [check] = own.get_asset_check_execution_history(
        dg.AssetCheckKey(dg.AssetKey("figure"), "is_even"), limit=5
    )
    assert check.status.value == "SUCCEEDED"


def test_what_dagsters_own_storage_wrote_is_read_and_continued(home):
    own = SqliteEventLogStorage(str(home / "history" / "runs"))
    own.index_connection().__enter__()
    with dg.DagsterInstance.from_config(str(home)) as instance:
        run(instance)
        assert instance.get_latest_materialization_event(dg.AssetKey("figure")) is not None


def test_an_event_makes_no_engine_of_its_own(home, monkeypatch):
    made = []
    module = "dagster._core.storage.event_log.sqlite.sqlite_event_log"
    real = sqlalchemy.create_engine

    def counted(*arguments, **options):
        made.append(arguments)
        return real(*arguments, **options)

    with dg.DagsterInstance.from_config(str(home)) as instance:
        events = len(instance.get_records_for_run(run(instance)).records)
        index = instance.event_log_storage._engines["index"]
        monkeypatch.setattr(f"{module}.create_engine", counted)
        run(instance)
        assert instance.event_log_storage._engines["index"] is index
    # A few a run, to make the tables of its file, instead of several an event.
    assert len(made) < 6 < events


def test_only_so_many_files_stay_open(home):
    storage = KeptOpenEventLog(str(home / "history" / "runs"))
    for number in range(MOST_OPEN_FILES + 5):
        with storage.run_connection(f"run-{number}") as connection:
            connection.execute(sqlalchemy.text("select 1"))
    assert len(storage._engines) == MOST_OPEN_FILES
    assert "run-0" not in storage._engines
    storage.dispose()
    assert not storage._engines


def test_whoever_watches_a_run_is_told_while_it_goes_on(home):
    told = threading.Event()
    with dg.DagsterInstance.from_config(str(home)) as instance:
        run_id = instance.create_run_for_job(JOB.resolve_job_def("one")).run_id
        instance.report_engine_event("first", run_id=run_id, job_name="one")
        instance.watch_event_logs(run_id, None, lambda *_: told.set())
        instance.report_engine_event("second", run_id=run_id, job_name="one")
        # The file is still open: nothing was written back into it.
        assert told.wait(timeout=20)


def test_the_file_of_a_deleted_run_is_let_go(home):
    with dg.DagsterInstance.from_config(str(home)) as instance:
        run_id = run(instance)
        assert run_id in instance.event_log_storage._engines
        instance.delete_run(run_id)
        assert run_id not in instance.event_log_storage._engines
        assert instance.get_records_for_run(run_id).records == []


def test_a_file_that_somebody_else_removed_is_made_anew(home):
    storage = KeptOpenEventLog(str(home / "history" / "runs"))
    statement = sqlalchemy.text("select count(*) from event_logs")
    with storage.run_connection("one") as connection:
        assert connection.execute(statement).scalar() == 0
    for file in (home / "history" / "runs").glob("one.db*"):
        file.unlink()
    with storage.run_connection("one") as connection:
        assert connection.execute(statement).scalar() == 0
    storage.dispose()
