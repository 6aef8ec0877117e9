"""Lists of an API into Parquet files, by dlt.

Belongs here: one dlt pipeline for all lists of a load, its housekeeping, and its failures as one
line each. Does not belong here: what an answer must look like (`answers`), the warehouse (`landing`).

Cursors do not live in dlt's state but in the warehouse's manifest, so that they move in the
transaction that holds the rows. Whatever a killed load leaves behind, state or packages, is thrown
away and asked for again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from connectors.dlt_pipeline import causes, confined_to, unwritable
from connectors.errors import SourceError
from connectors.rest.answers import Answers
from connectors.rest.declaration import Api, ApiObject, Read

_COLUMNS = {
    "object_id": {"data_type": "text", "nullable": True},
    "updated_at": {"data_type": "timestamp", "nullable": True},
    "payload": {"data_type": "text", "nullable": False},
    "line": {"data_type": "bigint", "nullable": False},
}
_AGAIN = "Run again later; nothing was loaded."


@dataclass(frozen=True)
class Task:
    """One list to read.

    Attributes:
        of: The object its items are of.
        read: The list.
        since: Start of the window, UTC, aware.
    """

    of: ApiObject
    read: Read
    since: datetime


@dataclass(frozen=True)
class Extract:
    """What one list gave.

    Attributes:
        task: Which list.
        files: Parquet files with object_id, updated_at, payload, line.
        place: Method and path, for the manifest.
        seconds: From the first to the last page.
    """

    task: Task
    files: tuple[Path, ...]
    place: str
    seconds: float


def extract(
    api: Api, tasks: Sequence[Task], folder: Path, progress: Callable[[str], None]
) -> list[Extract]:
    """Read all lists into Parquet files below `folder`, which must not exist yet.

    Raises:
        SourceError: A list cannot be read whole.
    """
    check_key(api.key_env)
    answers = [Answers(api, task.of, task.read, progress) for task in tasks]
    failure: SourceError | None = None
    # What a customer's record says is for this user only, also while it is on its way.
    try:
        folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    except OSError as error:
        raise unwritable(error) from None
    with confined_to(folder):
        source = _source(api, tasks, answers)
        try:
            _run(api, source, folder)
        except Exception as error:
            failure = explained(error, api)
    if failure:
        # Outside the handler, so that no context with request and answer hangs on it.
        raise failure
    return [
        Extract(task, _files(folder, number), each.place, each.seconds)
        for number, (task, each) in enumerate(zip(tasks, answers, strict=True))
    ]


def probe_api(api: Api) -> list[str]:
    """Make sure that every secret of an API is set and can be sent; nothing is asked.

    Returns:
        Nothing: a secret that is there needs no word.

    Raises:
        SourceError: One is not.
    """
    check_key(api.key_env)
    api.authorise(os.environ[api.key_env])
    return []


def check_key(name: str) -> None:
    """Make sure the secret can be sent.

    Raises:
        SourceError: The variable is not set, or holds what no header may hold.
    """
    key = os.environ.get(name, "")
    if not key:
        raise SourceError(f"Environment variable {name} is not set.", "Put the API key into it.")
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise SourceError(
            f"Environment variable {name} holds blanks or characters outside ASCII.",
            "Put the API key into it and nothing else.",
        )


def _source(api: Api, tasks: Sequence[Task], answers: Sequence[Answers]) -> Any:
    from dlt.sources.rest_api import rest_api_source

    config: Any = {
        "client": _client(api),
        "resources": [
            _resource(number, task, each)
            for number, (task, each) in enumerate(zip(tasks, answers, strict=True))
        ],
    }
    return rest_api_source(
        config,
        name=api.source,
        max_table_nesting=0,
        schema_contract={"tables": "evolve", "columns": "freeze", "data_type": "freeze"},
    )


def _run(api: Api, source: Any, folder: Path) -> None:
    import dlt
    from dlt.destinations import filesystem

    pipeline = dlt.pipeline(
        f"encours_{api.source}",
        pipelines_dir=str(folder / "state"),
        destination=filesystem(bucket_url=folder.resolve().as_uri()),
        dataset_name="objects",
    )
    try:
        pipeline.run(source, loader_file_format="parquet")
    finally:
        pipeline.deactivate()


def _client(api: Api) -> dict[str, Any]:
    from dlt.sources.helpers.requests import Client
    from requests.auth import AuthBase

    class Key(AuthBase):
        """The secret, taken from the environment for each request and kept nowhere."""

        def __call__(self, request: Any) -> Any:
            request.headers.update(api.authorise(os.environ[api.key_env]))
            return request

    retries = api.retries
    session = Client(
        raise_for_status=False,
        request_timeout=retries.timeout,
        request_max_attempts=retries.attempts,
        request_backoff_factor=retries.backoff_factor,
        request_max_retry_delay=retries.max_pause,
    ).session
    session.auth = Key()
    return {
        "base_url": api.base_url,
        "headers": dict(api.headers),
        "session": session,
    }


def _resource(number: int, task: Task, answers: Answers) -> dict[str, Any]:
    read = task.read
    endpoint: dict[str, Any] = {
        "path": read.path,
        "method": read.method,
        "params": dict(read.params),
        "paginator": read.paginator(),
        "data_selector": read.data_selector or "$",
        "response_actions": [answers.check],
    }
    if read.body is not None:
        endpoint["json"] = dict(read.body)
    if read.since:
        endpoint["incremental"] = {
            "cursor_path": "updated_at",
            "initial_value": task.since,
            "convert": read.since,
            "on_cursor_value_missing": "include",
            # No de-duplication by dlt: the landing counts every row that arrived.
            "primary_key": [],
        }
    return {
        "name": read.name or _table(number),
        "table_name": _table(number),
        "write_disposition": "append",
        "columns": _COLUMNS,
        "endpoint": endpoint,
        "processing_steps": [{"map": answers.row}],
    }


def _table(number: int) -> str:
    return f"read_{number}"


def _files(folder: Path, number: int) -> tuple[Path, ...]:
    return tuple(sorted((folder / "objects" / _table(number)).glob("**/*.parquet")))


def explained(error: BaseException, api: Api) -> SourceError:
    """A failure inside dlt as one line, without what was sent or answered."""
    from requests import RequestException

    chain = list(causes(error))
    for each in chain:
        if isinstance(each, SourceError):
            return SourceError(each.what, each.remedy)
    for each in chain:
        if isinstance(each, RequestException):
            return _failed_request(each, api)
    for each in chain:
        if isinstance(each, OSError):
            return SourceError(
                f"{api.source}: the landing folder cannot be written ({each.strerror}).",
                "Free space or give the user write permission.",
            )
    root = chain[-1]
    return SourceError(
        f"{api.source}: an answer does not page as declared ({type(root).__name__}).", _AGAIN
    )


def _failed_request(error: Any, api: Api) -> SourceError:
    import requests

    request = getattr(error, "request", None)
    path = request.path_url.partition("?")[0] if request is not None else "the API"
    place = f"{api.source}: {path}"
    tries = f"after {api.retries.attempts} attempts"
    status = error.response.status_code if error.response is not None else None
    if status == 429:
        return SourceError(f"{place} still limits requests (429) {tries}.", _AGAIN)
    if status and status >= 500:
        return SourceError(f"{place} fails ({status}) {tries}.", _AGAIN)
    if status:
        return SourceError(
            f"{place} rejects the request ({status}).", "Check base_url and the API version."
        )
    if isinstance(error, requests.Timeout):
        return SourceError(f"{place} does not answer in time {tries}.", _AGAIN)
    return SourceError(f"{place} cannot be reached, or breaks off, {tries}.", _AGAIN)
