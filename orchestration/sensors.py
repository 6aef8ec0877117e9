"""Sensors: what runs upon an event from outside.

Belongs here: when to ask for which job. Does not belong here: jobs and times (`jobs`), logic.
Business idempotency lives in folders and tables, never in a run key: a sensor that fires twice, late
or after a crash changes nothing.
"""

import json
from typing import Any

import dagster as dg

from orchestration.clock import utc_now
from orchestration.delivering import ready_messages
from orchestration.emitting import is_emitted
from orchestration.inbox import waiting_files
from orchestration.jobs import ALERT, DELIVER, EMIT, INBOX
from orchestration.publishing import Publication, current_publication, published_days
from orchestration.queueing import unannounced_promises
from orchestration.resources import CompanyResource

# What fails this often is left to a person.
ATTEMPTS = 3
SUBJECT_TAG = "encours/subject"
# What all of them share.
_WATCHING: dict[str, Any] = {
    "minimum_interval_seconds": 30,
    "default_status": dg.DefaultSensorStatus.RUNNING,
}

Outcome = list[dg.RunRequest] | dg.SkipReason


def build_sensors(jobs: list[Any]) -> list[dg.SensorDefinition]:
    """One sensor an event: a published day, a broken promise, a file in the inbox, an approval."""
    by_name = {job.name: job for job in jobs}
    return [
        _emission(by_name[EMIT]),
        _promises(by_name[ALERT]),
        _inbox(by_name[INBOX]),
        _approvals(by_name[DELIVER]),
    ]


def _emission(job: Any) -> dg.SensorDefinition:
    @dg.sensor(
        job=job,
        name="scored_day_without_lists",
        **_WATCHING,
        description="A published day without its lists: emits at-risk list, digest and reminder drafts.",
    )
    def scored_day_without_lists(
        context: dg.SensorEvaluationContext, company: CompanyResource
    ) -> Outcome:
        current = company.load()
        publications = published_days(current.published)
        if not publications:
            return dg.SkipReason("Nothing is published yet. Materialize the daily job.")
        waiting = [day for day in publications if not is_emitted(current, day)]
        if not waiting:
            return dg.SkipReason(f"The lists of {publications[-1].as_of_date} are written.")
        return _requests(context, EMIT, [(day.folder.name, day) for day in waiting])

    return scored_day_without_lists


def _promises(job: Any) -> dg.SensorDefinition:
    @dg.sensor(
        job=job,
        name="promise_broken",
        **_WATCHING,
        description="A promise ran out unpaid and its account owner has not been told.",
    )
    def promise_broken(context: dg.SensorEvaluationContext, company: CompanyResource) -> Outcome:
        current = company.load()
        newest = current_publication(current.published)
        if newest is None:
            return dg.SkipReason("Nothing is published yet. Materialize the daily job.")
        count = len(unannounced_promises(current, newest))
        if not count:
            return dg.SkipReason(f"Every promise broken by {newest.as_of_date} is announced.")
        return _requests(context, ALERT, [(f"{newest.folder.name}:{count}", newest)])

    return promise_broken


def _inbox(job: Any) -> dg.SensorDefinition:
    @dg.sensor(
        job=job,
        name="file_in_the_inbox",
        **_WATCHING,
        description="An annotated list, a reply or a bounce was dropped into the inbox.",
    )
    def file_in_the_inbox(context: dg.SensorEvaluationContext, company: CompanyResource) -> Outcome:
        current = company.load()
        newest = current_publication(current.published)
        found = waiting_files(current)
        # A file still being written has another size at the next look.
        before, seen = json.loads(context.cursor or "{}"), dict(found)
        context.update_cursor(json.dumps(seen, sort_keys=True))
        complete = sorted(name for name, size in seen.items() if before.get(name) == size)
        if not found:
            return dg.SkipReason("The inbox is empty.")
        if newest is None:
            return dg.SkipReason("Nothing is published yet: no list can have come back.")
        if not complete:
            return dg.SkipReason("A file has just come in; it is read once it no longer grows.")
        subject = json.dumps([[name, seen[name]] for name in complete])
        return _requests(context, INBOX, [(subject, newest)])

    return file_in_the_inbox


def _approvals(job: Any) -> dg.SensorDefinition:
    @dg.sensor(
        job=job,
        name="approval_given",
        **_WATCHING,
        description="Live delivery only: messages that wait for nobody any more are sent.",
    )
    def approval_given(context: dg.SensorEvaluationContext, company: CompanyResource) -> Outcome:
        current = company.load()
        if current.config.delivery.mode != "live":
            return dg.SkipReason("Delivery is a dry run; [delivery] mode says so.")
        newest = current_publication(current.published)
        ready = ready_messages(current, utc_now()) if newest else []
        if newest is None or not ready:
            return dg.SkipReason("No message may leave now: `encours desk list` says why.")
        return _requests(context, DELIVER, [(",".join(ready), newest)])

    return approval_given


def _requests(
    context: dg.SensorEvaluationContext, job: str, wanted: list[tuple[str, Publication]]
) -> Outcome:
    """Ask for a job, unless a run is at it or several failed on the same subject.

    The key keeps two ticks from asking twice; folders and tables decide whether there is anything
    to do.
    """
    import hashlib

    requests = []
    for text, day in wanted:
        subject = f"{job}:{hashlib.sha256(text.encode()).hexdigest()[:16]}"
        runs = context.instance.get_runs(dg.RunsFilter(job_name=job, tags={SUBJECT_TAG: subject}))
        failed = sum(run.is_finished and not run.is_success for run in runs)
        if failed >= ATTEMPTS or any(not run.is_finished for run in runs):
            continue
        requests.append(
            dg.RunRequest(
                run_key=f"{subject}:{len(runs)}",
                partition_key=day.as_of_date.isoformat(),
                tags={SUBJECT_TAG: subject},
            )
        )
    return requests or dg.SkipReason(
        f"It is being done, or failed {ATTEMPTS} times: see the runs of job {job}."
    )
