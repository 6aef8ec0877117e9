"""Zendesk's objects: how each is read and which of its fields land.

Belongs here: lists, fields. Does not belong here: what a field means (dbt staging and `settings`), how
lists are read (`connectors.rest`), how they page (`paging`).

Zendesk has no way to ask for some fields only: what is not named here, above all every text that a
person wrote, is dropped before it lands.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from connectors.rest import ApiObject, Field, Read
from connectors.zendesk.paging import cursor_export, cursor_pages, time_export
from connectors.zendesk.settings import ZendeskSource

_START = {"start_time": "{incremental.start_value}", "per_page": 1000}
_ORGANIZATION = ("id", "name", "external_id", "domain_names", "created_at")
_USER = (
    "id",
    "name",
    "email",
    "phone",
    "locale",
    "role",
    "organization_id",
    "tags",
    "active",
    "created_at",
)
_TICKET = (
    "id",
    "status",
    "priority",
    "organization_id",
    "requester_id",
    "ticket_form_id",
    "tags",
    "created_at",
)


def objects_of(settings: ZendeskSource) -> tuple[ApiObject, ...]:
    """All objects in load order; breaches only where the settings ask for them.

    Args:
        settings: Names the organisation fields that only this company has.
    """
    plain = (_organizations(settings.organization_fields), USERS, TICKETS)
    return (*plain, METRIC_EVENTS) if settings.reads_sla_breaches else plain


def _unix(moment: datetime) -> int:
    return int(moment.timestamp())


def _only(item: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: item[name] for name in names if name in item}


def _organizations(fields: tuple[str, ...]) -> ApiObject:
    def keep(item: dict[str, Any]) -> dict[str, Any]:
        given = item.get("organization_fields")
        kept = _only(item, _ORGANIZATION)
        return kept | (
            {"organization_fields": _only(given, fields)} if isinstance(given, dict) else {}
        )

    return ApiObject(
        "organizations",
        reads=(
            Read(
                "api/v2/incremental/organizations",
                time_export,
                "organizations",
                _START,
                since=_unix,
            ),
        ),
        # The export does not tell of deleted organisations; the list, read now and then, lacks them.
        sweep=(Read("api/v2/organizations", cursor_pages, "organizations", {"page[size]": 100}),),
        updated_path="updated_at",
        fields=(
            Field("id", "integer"),
            Field("name", "text"),
            Field("external_id", "text", is_nullable=True, is_optional=True),
            Field("domain_names", "list", is_nullable=True, is_optional=True),
            Field("created_at", "text"),
            Field("organization_fields", "object", is_nullable=True, is_optional=True),
        ),
        keep=keep,
    )


def _keep_ticket(item: dict[str, Any]) -> dict[str, Any]:
    kept = _only(item, _TICKET)
    for name, wanted in (("satisfaction_rating", "score"), ("metric_set", "solved_at")):
        given = item.get(name)
        if isinstance(given, dict):
            kept[name] = _only(given, (wanted,))
    return kept


USERS = ApiObject(
    "users",
    reads=(Read("api/v2/incremental/users/cursor", cursor_export, "users", _START, since=_unix),),
    updated_path="updated_at",
    fields=(
        Field("id", "integer"),
        Field("name", "text"),
        Field("email", "text", is_nullable=True),
        Field("phone", "text", is_nullable=True, is_optional=True),
        Field("locale", "text", is_nullable=True, is_optional=True),
        Field("role", "text"),
        Field("organization_id", "integer", is_nullable=True),
        Field("tags", "list", is_nullable=True, is_optional=True),
        Field("active", "boolean"),
        Field("created_at", "text"),
    ),
    deleted_when=("active", False),
    keep=lambda item: _only(item, _USER),
)

TICKETS = ApiObject(
    "tickets",
    reads=(
        Read(
            "api/v2/incremental/tickets/cursor",
            cursor_export,
            "tickets",
            {**_START, "include": "metric_sets"},
            since=_unix,
        ),
    ),
    # The export goes by this time, which also moves where `updated_at` does not.
    updated_path="generated_timestamp",
    updated_form="unix",
    fields=(
        Field("id", "integer"),
        Field("status", "text"),
        Field("priority", "text", is_nullable=True),
        Field("organization_id", "integer", is_nullable=True),
        Field("requester_id", "integer", is_nullable=True),
        Field("ticket_form_id", "integer", is_nullable=True, is_optional=True),
        Field("tags", "list"),
        Field("created_at", "text"),
        Field("metric_set", "object", is_optional=True),
        Field("satisfaction_rating", "object", is_optional=True),
    ),
    deleted_when=("status", "deleted"),
    keep=_keep_ticket,
)

METRIC_EVENTS = ApiObject(
    "ticket_metric_events",
    reads=(
        Read(
            "api/v2/incremental/ticket_metric_events",
            time_export,
            "ticket_metric_events",
            _START,
            since=_unix,
        ),
    ),
    updated_path="time",
    fields=(
        Field("id", "integer"),
        Field("ticket_id", "integer"),
        Field("type", "text"),
        Field("time", "text"),
        Field("metric", "text", is_optional=True),
        Field("deleted", "boolean", is_nullable=True, is_optional=True),
    ),
    deleted_when=("deleted", True),
    keep=lambda item: _only(item, ("id", "ticket_id", "type", "time", "metric", "deleted")),
)
