"""HubSpot's objects: how each is listed and which of its properties are asked for.

Belongs here: lists, properties, associations. Does not belong here: what a property means (dbt staging
and `settings`), how lists are read (`connectors.rest`).

Every load lists every object whole, a hundred a request. The search endpoint would give only what
changed, but it lags behind, ends after 10,000 results, and leaves out the associations, without which
a deal has no company; an association can also change without the object's date of change. Raw still
grows by what changed only: a version equal to the one before it is not kept.
"""

from __future__ import annotations

from typing import Any

from connectors.hubspot.settings import HubspotSource
from connectors.rest import ApiObject, Field, Read

PAGE_SIZE = 100
_COMPANY = (
    "name",
    "domain",
    "hs_additional_domains",
    "country",
    "hs_country_code",
    "industry",
    "hs_parent_company_id",
    "hubspot_owner_id",
    "createdate",
)
_CONTACT = (
    "firstname",
    "lastname",
    "email",
    "phone",
    "jobtitle",
    "hs_buying_role",
    "hs_email_optout",
    "hs_language",
    "associatedcompanyid",
    "createdate",
)
_DEAL = (
    "pipeline",
    "dealstage",
    "dealtype",
    "amount",
    "deal_currency_code",
    "createdate",
    "closedate",
    "hs_is_closed",
    "hs_is_closed_won",
)
_TICKET = (
    "hs_pipeline",
    "hs_pipeline_stage",
    "hs_ticket_priority",
    "hs_ticket_category",
    "createdate",
    "closed_date",
)
_CALL = (
    "hs_timestamp",
    "hs_call_direction",
    "hs_call_duration",
    "hs_call_status",
    "hubspot_owner_id",
)
_EMAIL = ("hs_timestamp", "hs_email_direction", "hs_email_status", "hubspot_owner_id")
_NOTE = ("hs_timestamp", "hubspot_owner_id")
_WHOM = ("companies", "contacts", "deals", "tickets")


def objects_of(settings: HubspotSource) -> tuple[ApiObject, ...]:
    """All objects in load order; of the engagements those that the settings ask for.

    Args:
        settings: Names the properties that only this company has.
    """
    return (
        _plain("owners", "crm/v3/owners", params={"limit": PAGE_SIZE}),
        _plain("deal_pipelines", "crm/v3/pipelines/deals"),
        _plain("ticket_pipelines", "crm/v3/pipelines/tickets"),
        _listed("companies", _COMPANY + settings.company_properties),
        _listed("contacts", _CONTACT, ("companies",)),
        # The vendor's description names deals by their type number; both paths answer alike.
        _listed("deals", _DEAL, ("companies", "contacts"), path="0-3"),
        _listed("tickets", _TICKET, ("companies", "contacts")),
        *(each for each in ENGAGEMENTS if each.name in settings.engagements),
    )


def _pages() -> Any:
    from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator

    return JSONResponseCursorPaginator("paging.next.after", "after")


def _plain(name: str, path: str, params: dict[str, Any] | None = None) -> ApiObject:
    """A short list of what the others refer to."""
    return ApiObject(
        name,
        reads=(Read(path, _pages, "results", params or {}),),
        updated_path="updatedAt",
        fields=(Field("id", "text"),),
        keep=_keep_setup,
    )


def _listed(
    name: str, properties: tuple[str, ...], associations: tuple[str, ...] = (), path: str = ""
) -> ApiObject:
    """A list of CRM objects, and beside it that of the archived ones, of which only the id is asked for."""
    params: dict[str, Any] = {"limit": PAGE_SIZE, "properties": ",".join(properties)}
    if associations:
        params["associations"] = ",".join(associations)
    path = f"crm/v3/objects/{path or name}"
    archived = {"limit": PAGE_SIZE, "archived": "true", "properties": "hs_object_id"}
    return ApiObject(
        name,
        reads=(
            Read(path, _pages, "results", params),
            Read(path, _pages, "results", archived, is_deleted=True),
        ),
        updated_path="updatedAt",
        fields=(
            Field("id", "text"),
            Field("properties", "object"),
            *(
                Field(f"properties.{each}", "text", is_nullable=True, is_optional=True)
                for each in properties
            ),
        ),
        fields_at="properties",
        keep=lambda item: _keep_object(item, properties),
    )


def _keep_object(item: dict[str, Any], properties: tuple[str, ...]) -> dict[str, Any]:
    """What was asked for, without the dates of change: they move when nothing that counts has."""
    kept = {name: item[name] for name in ("id", "createdAt", "archived") if name in item}
    if "properties" in item:
        given = item["properties"]
        is_object = isinstance(given, dict)
        kept["properties"] = {n: given[n] for n in properties if n in given} if is_object else given
    associations = item.get("associations")
    if isinstance(associations, dict):
        kept["associations"] = {
            name: {"results": found.get("results")}
            for name, found in associations.items()
            if isinstance(found, dict)
        }
    return kept


def _keep_setup(item: dict[str, Any]) -> dict[str, Any]:
    wanted = ("id", "label", "archived", "stages", "email", "firstName", "lastName")
    return {name: item[name] for name in wanted if name in item}


ENGAGEMENTS = (
    _listed("calls", _CALL, _WHOM),
    _listed("emails", _EMAIL, _WHOM),
    _listed("notes", _NOTE, _WHOM),
)
