"""What an answer must be before its items are believed, and one row for each of its items.

Belongs here: the check of each answer of one list (status, JSON, shape, repetition), numbers kept as
they were written. Does not belong here: asking (`extraction`), the meaning of a field (`landing`).
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from connectors.errors import SourceError
from connectors.rest.declaration import Api, ApiObject, Read

# So many pages in a row without an unseen id are no repeated pages any more but a circle.
STALE_PAGES = 20
# Escaped, after an even number of backslashes; or as it is.
_NUL = re.compile(r"((?<!\\)(?:\\\\)*)(?:\\u0000|\0)")
_EPOCH, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class Answers:
    """The answers to one read, page after page.

    Args:
        api: The API as configured.
        of: The object that is read.
        read: The list that is read.
        progress: Called with a line of text for each page.
    """

    def __init__(
        self, api: Api, of: ApiObject, read: Read, progress: Callable[[str], None]
    ) -> None:
        self.api, self.of, self.read, self.progress = api, of, read, progress
        self.place = f"{read.method} /{read.path.lstrip('/')}"
        self.pages = self.rows = self.stale = 0
        self.seconds = 0.0
        self._started: float | None = None
        self._asked: set[int] = set()
        self._ids: set[int] = set()
        self._has_news = True

    def check(self, response: Any, *_: Any, **__: Any) -> None:
        """Response hook: lets a good page through and makes its numbers exact; the rest raises.

        429 and 5xx pass: dlt's retries look at them.

        Raises:
            SourceError: The key is refused, the answer is no list of items, or the list runs in a circle.
            requests.ConnectionError: The body is cut short; dlt asks again.
        """
        from requests import ConnectionError as Interrupted

        status = response.status_code
        if 300 <= status < 400:
            raise SourceError(f"{self._here} redirects elsewhere.", "Correct base_url.")
        if status in (401, 403):
            raise self.refusal(status)
        if status >= 400:
            return
        content = response.content
        if content.lstrip()[:1] == b"<":
            raise SourceError(
                f"{self._here} answers with a web page, not with data.",
                "Correct base_url, or sign in to the network's proxy.",
            )
        try:
            body = json.loads(content, parse_float=Decimal, parse_constant=_refuse_constant)
        except ValueError:
            raise Interrupted("the body is not whole") from None
        self._check_shape(body)
        self._check_advance(response.request)
        # What dlt and its paginators read: parsed once, no number through a float.
        response.json = lambda **_: body

    def row(self, item: Any) -> dict[str, Any]:
        """One item as the row that dlt writes: id, cursor, the item as text with sorted keys."""
        import simplejson  # type: ignore[import-untyped]

        is_object = isinstance(item, dict)
        key = at(item, self.of.id_path) if is_object else None
        object_id = str(key) if isinstance(key, str | int) and str(key).strip() else None
        seen = hash(object_id)
        self._has_news |= seen not in self._ids
        self._ids.add(seen)
        self.rows += 1
        updated = at(item, self.of.updated_path) if is_object and self.of.updated_path else None
        landed = self.of.keep(item) if is_object and self.of.keep else item
        payload = simplejson.dumps(
            landed, use_decimal=True, sort_keys=True, ensure_ascii=False, separators=(",", ":")
        )
        return {
            "object_id": object_id and _storable(object_id),
            "updated_at": moment(updated, self.of.updated_form),
            "payload": _storable(payload),
            "line": self.rows,
        }

    def refusal(self, status: int) -> SourceError:
        """The error for a key that the vendor does not accept."""
        if status == 401:
            return SourceError(
                f"{self._here} refuses the key (401).",
                f"Put a valid key into environment variable {self.api.key_env}.",
            )
        return SourceError(
            f"{self._here} forbids access (403).",
            f"Give the key in {self.api.key_env} the permission named in the connector's README.",
        )

    @property
    def _here(self) -> str:
        return f"{self.api.source}: {self.place}"

    def _check_shape(self, body: Any) -> None:
        items = at(body, self.read.data_selector)
        if not isinstance(items, list):
            raise SourceError(
                f"{self._here} answers with JSON that has no list '{self.read.data_selector}'.",
                "Check base_url and the API version; the vendor may have changed the answer.",
            )

    def _check_advance(self, request: Any) -> None:
        now = time.perf_counter()
        self._started = self._started or now
        self.seconds = now - self._started
        self.pages += 1
        asked = hash((request.url, request.body))
        if asked in self._asked:
            raise SourceError(
                f"{self._here} repeats its cursor after {self.pages - 1} pages.",
                "Run again later; nothing was loaded.",
            )
        self._asked.add(asked)
        self.stale = 0 if self._has_news else self.stale + 1
        self._has_news = False
        # A read for each item of another one starts over again and again; it ends with its items.
        is_endless = self.stale > STALE_PAGES and "{resources." not in self.read.path
        if is_endless or self.pages > self.api.max_pages:
            raise SourceError(
                f"{self._here} does not end: {self.pages} pages, {len(self._ids)} different items.",
                "Run again later; nothing was loaded.",
            )
        self.progress(f"{self.api.source} {self.of.name}: page {self.pages}")


def at(item: Any, path: str) -> Any:
    """The value at a dotted path, None where there is none; the item itself for an empty path."""
    for name in path.split(".") if path else ():
        if not isinstance(item, dict):
            return None
        item = item.get(name)
    return item


def moment(value: Any, form: str) -> datetime | None:
    """A vendor's moment as an aware UTC time; None where it is none (the fields' check says why)."""
    try:
        if form == "iso":
            if not isinstance(value, str):
                return None
            parsed = datetime.fromisoformat(value)
            parsed = parsed.replace(tzinfo=parsed.tzinfo or UTC).astimezone(UTC)
        elif isinstance(value, int | Decimal) and not isinstance(value, bool):
            parsed = _EPOCH + timedelta(
                milliseconds=int(value * (1 if form == "unix_ms" else 1000))
            )
        else:
            return None
    except (ValueError, OverflowError, OSError):
        return None
    return parsed if parsed < _LATEST else None


def _storable(text: str) -> str:
    """Text without NUL and without halves of characters, which no database takes."""
    text = _NUL.sub("\\1\ufffd", text) if "\\u0000" in text or "\0" in text else text
    return text.encode("utf-8", "replace").decode("utf-8")


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
