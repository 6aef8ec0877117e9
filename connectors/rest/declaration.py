"""What a vendor declares about its API: where it is, which objects it has, how each is listed.

Belongs here: the declarations, checked as far as they can be without asking the vendor. Does not
belong here: requests (`extraction`), tables (`landing`), any one vendor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from connectors.errors import SourceError
from connectors.tombstones import MAX_DELETED_SHARE

FieldType = Literal["text", "integer", "number", "boolean", "object", "list"]
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Field:
    """A field the connector relies on; an item without it goes to quarantine.

    Attributes:
        path: Dotted path inside the item, such as `amount_due` or `status_transitions.paid_at`.
        type: What it must be. `number` takes integers and decimals, not text that looks like one.
        is_nullable: Whether null is a legal value. Absent is not: the vendor has changed something.
        is_optional: Whether the vendor may leave it out.
    """

    path: str
    type: FieldType
    is_nullable: bool = False
    is_optional: bool = False


@dataclass(frozen=True)
class Money:
    """Where an object says how much, for the sum by currency on the manifest.

    Attributes:
        amount: Dotted path of the amount, a number or the text of one.
        currency: Dotted path of the currency code.
        digits: Decimals that an integer amount stands for, by upper-case currency, two where a
            currency is not named; None where the amount is in whole units already.
    """

    amount: str
    currency: str
    digits: Mapping[str, int] | None = None


@dataclass(frozen=True)
class Read:
    """One list of the vendor's that gives items of an object.

    `params` and `body` may hold dlt's placeholder `{incremental.start_value}`: where the window
    starts, as `since` writes it.

    Attributes:
        path: Path below the base URL.
        paginator: Makes a fresh dlt paginator; import dlt inside it.
        data_selector: Dotted path of the list inside the answer.
        params: Query parameters.
        method: `GET`, or `POST` for searches.
        body: JSON body of a POST.
        since: Turns the start of the window (UTC, aware) into the vendor's notation; None where the
            list is read whole. Items whose `updated_at` is before the start are dropped.
        is_keys_only: The items tell which ids exist and nothing else; they are not landed.
        is_deleted: The items are those that the vendor deleted: they land as tombstones.
        name: Name for other reads to refer to in `{resources.<name>.object_id}`: such a read is made
            once for each item of the named one.
    """

    path: str
    paginator: Callable[[], Any]
    data_selector: str = "data"
    params: Mapping[str, Any] = field(default_factory=dict)
    method: Literal["GET", "POST"] = "GET"
    body: Mapping[str, Any] | None = None
    since: Callable[[datetime], Any] | None = None
    is_keys_only: bool = False
    is_deleted: bool = False
    name: str | None = None


@dataclass(frozen=True)
class ApiObject:
    """One kind of object of the vendor's, landed in `raw_<source>.<name>`.

    Attributes:
        name: Table name.
        reads: What a load asks for. One of them with `since` makes the object incremental; without
            any, every load is complete.
        sweep: Lists that together hold every id in scope, asked for on the first load and then every
            `Api.sweep_days`; an id that is missing there gets a tombstone. Where it gives whole items
            it takes the place of `reads` that day; where it `is_keys_only` it comes beside them.
            Empty: nothing is ever taken for deleted.
        id_path: Dotted path of the id.
        updated_path: Dotted path of the cursor; None where the object has none.
        updated_form: How the cursor is written.
        fields: Fields the connector relies on.
        money: For the manifest's sums; None where the object has no amount.
        deleted_when: Dotted path and value by which an item says that it is deleted.
        fields_at: Dotted path of the part of the item whose unknown fields are reported.
        reread_days: Days before the cursor that are read again; takes the place of
            `Api.overlap_days` for objects that change without a new cursor value.
        keep: Makes the item that lands out of the item that came: without personal data that nobody
            needs, without dates that move when nothing else has. Id and cursor are read before. None:
            everything lands.
    """

    name: str
    reads: tuple[Read, ...]
    sweep: tuple[Read, ...] = ()
    id_path: str = "id"
    updated_path: str | None = None
    updated_form: Literal["iso", "unix", "unix_ms"] = "iso"
    fields: tuple[Field, ...] = ()
    money: Money | None = None
    deleted_when: tuple[str, Any] | None = None
    fields_at: str = ""
    reread_days: int | None = None
    keep: Callable[[dict[str, Any]], dict[str, Any]] | None = None

    @property
    def is_incremental(self) -> bool:
        """Whether a load reads a window and not everything."""
        return any(read.since for read in self.reads)


@dataclass(frozen=True)
class Retries:
    """How patient the connector is.

    Attributes:
        attempts: Requests made before giving up.
        backoff_factor: Seconds of the first pause, doubled at each further one.
        max_pause: Longest pause in seconds, a longer Retry-After is cut to it.
        timeout: Seconds without an answer after which a request has failed.
    """

    attempts: int = 6
    backoff_factor: float = 1.0
    max_pause: float = 120.0
    timeout: float = 60.0


@dataclass(frozen=True)
class Api:
    """A vendor's API as configured.

    Attributes:
        source: Name of the source; tables live in `raw_<source>`.
        base_url: https, or http on this machine.
        key_env: Name of the environment variable that holds the secret.
        authorise: Turns the secret into request headers, for instance
            `lambda key: {"Authorization": f"Bearer {key}"}`.
        headers: Further headers, no secrets.
        first_moment: Where the first window starts, UTC, aware.
        overlap_days: Days before the cursor that every window reads again.
        sweep_days: Days between two complete lists of ids.
        max_deleted_share: More of the known records may not be missing from a complete list.
        max_pages: Pages of one list after which it is taken for endless.
        retries: How patient the connector is.
    """

    source: str
    base_url: str
    key_env: str
    authorise: Callable[[str], Mapping[str, str]]
    first_moment: datetime
    headers: Mapping[str, str] = field(default_factory=dict)
    overlap_days: int = 2
    sweep_days: int = 7
    max_deleted_share: float = MAX_DELETED_SHARE
    max_pages: int = 100_000
    retries: Retries = Retries()

    def __post_init__(self) -> None:
        check_base_url(self.base_url)


def check_base_url(url: str) -> str:
    """The URL, where a secret may be sent to it.

    Raises:
        SourceError: It is neither https nor http on this machine.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        raise SourceError("The base_url is not a URL.", "Correct it.") from None
    if not host or parts.username or parts.password:
        raise SourceError(
            f"The base_url with host '{host}' is not a plain URL.", "Write https://<host>."
        )
    if parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK):
        return url
    raise SourceError(f"The base_url of {host} is not https.", "A key is sent over https only.")


def names_of(objects: Iterable[ApiObject]) -> tuple[str, ...]:
    """Table names in load order."""
    return tuple(each.name for each in objects)
