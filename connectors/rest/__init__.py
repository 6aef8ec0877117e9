"""APIs as sources: what all connectors that ask a vendor over HTTPS share.

A vendor's connector is a declaration. It makes an `Api` (where, which key, how patient) and a tuple of
`ApiObject` (which lists hold an object, which fields it relies on), and hands both to
`build_api_source`, which gives the pipeline its `Source`:

    def page():                                    # dlt is imported inside functions only
        from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator
        return JSONResponseCursorPaginator("meta.next", "after")

    def iso(moment): return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    COMPANIES = ApiObject(
        "companies",
        reads=(Read("companies", page, "results", {"updated_since": "{incremental.start_value}"}, since=iso),),
        sweep=(Read("companies", page, "results"),),
        updated_path="updatedAt",
        fields=(Field("id", "text"), Field("properties.name", "text", is_nullable=True)),
    )
    source = build_api_source(api, (COMPANIES,), folder=home / "landing", parties="select …", is_ledger=False)

What a load does, for all objects together: works out each window from the manifest, asks for everything
(dlt: pages, retries, Retry-After, cursors), checks all of it, and lands it in one transaction. A fault
on the way raises `SourceError` and changes nothing. Raw keeps one row a version of an object:
`object_id, updated_at, payload` (json, sorted keys, numbers as written), `_row_hash, _file, _line,
_load_id, _loaded_at, _is_first_load, _is_deleted`. Of several versions the one with the highest
(`_load_id`, `_line`) is the latest; a tombstone has `_is_deleted` and, where no item came with it, no payload.

Only the vendor knows, so say it: which lists are complete (`sweep`), what changes without a new cursor value
(`reread_days`), how deletes are told (`deleted_when`, `Read.is_deleted`). Tests give `Api.retries` short
pauses and point `base_url` at a server on this machine.
"""

from connectors.rest.declaration import Api, ApiObject, Field, Money, Read, Retries
from connectors.rest.loading import build_api_source, load_api

__all__ = [
    "Api",
    "ApiObject",
    "Field",
    "Money",
    "Read",
    "Retries",
    "build_api_source",
    "load_api",
]
