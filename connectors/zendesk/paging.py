"""How Zendesk pages: two kinds of incremental export, and cursors for plain lists.

Belongs here: paginators. Does not belong here: which list pages how (`objects`).

All three refuse an answer that does not say whether more follows: a list taken for complete too early
would bury what it lacks.
"""

from __future__ import annotations

from typing import Any


def cursor_export() -> Any:
    """Pages of `/incremental/<object>/cursor`: the cursor takes the place of the start time."""
    return _export("after_cursor", "cursor")


def time_export() -> Any:
    """Pages of `/incremental/<object>`: the next page starts at the last time of this one."""
    return _export("end_time", "start_time")


def cursor_pages() -> Any:
    """Pages of a plain list."""
    from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator

    return JSONResponseCursorPaginator(
        "meta.after_cursor", "page[after]", has_more_path="meta.has_more"
    )


def _export(reference: str, parameter: str) -> Any:
    from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator

    class Export(JSONResponseCursorPaginator):
        """An export ends where it says so; its last page has a reference too."""

        def update_state(self, response: Any, data: Any = None) -> None:
            super().update_state(response, data)
            body = response.json()
            is_last = body.get("end_of_stream")
            if not isinstance(is_last, bool) or (not is_last and not body.get(reference)):
                raise ValueError("the export does not say where it goes on")
            self._has_next_page = not is_last

        def update_request(self, request: Any) -> None:
            super().update_request(request)
            if parameter != "start_time":
                request.params.pop("start_time", None)

    return Export(reference, parameter)
