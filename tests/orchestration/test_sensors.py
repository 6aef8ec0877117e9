"""What a sensor asks for again, and what it leaves to a person."""

import datetime as dt
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import pytest

from orchestration.publishing import Publication
from orchestration.sensors import ATTEMPTS, SUBJECT_TAG, _requests

pytestmark = pytest.mark.filterwarnings("default")
DAY = Publication(Path("2026-10-27_abc"), dt.date(2026, 10, 27), True, {})


@pytest.fixture
def asked():
    with dg.DagsterInstance.ephemeral() as instance:

        def ask():
            return _requests(SimpleNamespace(instance=instance), "deliver", [("1,2", DAY)])

        def ran(request, status):
            run = dg.DagsterRun(
                job_name="deliver", run_id=dg_run_id(instance), status=status, tags=request.tags
            )
            instance.add_run(run)

        yield ask, ran


def dg_run_id(instance) -> str:
    return f"00000000-0000-4000-8000-{instance.get_runs_count():012d}"


def test_the_same_question_twice_has_one_key(asked):
    ask, _ = asked
    assert [r.run_key for r in ask()] == [r.run_key for r in ask()]


def test_what_went_well_may_be_asked_for_again_and_again(asked):
    """A server that puts a message off is asked later; each run is a run of its own."""
    ask, ran = asked
    keys = []
    for _ in range(ATTEMPTS + 2):
        [request] = ask()
        keys.append(request.run_key)
        ran(request, dg.DagsterRunStatus.SUCCESS)
    assert len(set(keys)) == ATTEMPTS + 2
    assert request.tags[SUBJECT_TAG].startswith("deliver:")


def test_what_failed_three_times_is_left_to_a_person(asked):
    ask, ran = asked
    for _ in range(ATTEMPTS):
        [request] = ask()
        ran(request, dg.DagsterRunStatus.FAILURE)
    assert "failed 3 times" in ask().skip_message


def test_while_a_run_is_at_it_nobody_asks(asked):
    ask, ran = asked
    [request] = ask()
    ran(request, dg.DagsterRunStatus.STARTED)
    assert "being done" in ask().skip_message
