"""Stripe's objects: which lists hold them, and the fields that staging relies on.

Belongs here: the declarations. Does not belong here: settings and keys (`source`), what the fields mean
(dbt staging).

The trap: Stripe's lists filter by `created`, never by a change, and most objects change without any
trace in `created`. So each load reads again what was created in the last `reread_days`, everything that
is still open whatever its age, and once a week the whole list; what is closed and older than that does not
change in a way that staging uses.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.rest import ApiObject, Field, Money, Read

# Stripe's own list, which is not that of ISO 4217: amounts of ISK and UGX have two decimals there.
ZERO_DECIMALS = (
    *("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA"),
    *("PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"),
)
THREE_DECIMALS = ("BHD", "JOD", "KWD", "OMR", "TND")
_DIGITS = dict.fromkeys(ZERO_DECIMALS, 0) | dict.fromkeys(THREE_DECIMALS, 3)

_PAGE = 100
_CREATED = {"created[gte]": "{incremental.start_value}"}
# Snapshots of a subscription at each change; the day a dispute ended, which its object does not tell;
# what happens to an invoice that is too old to be read again.
EVENT_TYPES = (
    *("customer.subscription.created", "customer.subscription.updated"),
    *(
        "customer.subscription.deleted",
        "customer.subscription.paused",
        "customer.subscription.resumed",
    ),
    "charge.dispute.closed",
    *("invoice.paid", "invoice.voided", "invoice.marked_uncollectible"),
)


def pages() -> Any:
    """A paginator for Stripe's lists: `has_more`, and the last id as `starting_after`."""
    from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator

    class StripePages(JSONResponseCursorPaginator):
        def update_state(self, response: Any, data: list[Any] | None = None) -> None:
            super().update_state(response, data)
            if response.json()["has_more"] and not data:
                raise ValueError("an empty page that is not the last one")

    return StripePages("data[-1].id", "starting_after", has_more_path="has_more")


def _unix(moment: datetime) -> int:
    return int(moment.timestamp())


def _list(path: str, **params: Any) -> Read:
    return Read(f"v1/{path}", pages, params={"limit": _PAGE} | params)


def _window(path: str, params: Mapping[str, Any] | None = None) -> Read:
    every = {"limit": _PAGE} | _CREATED | dict(params or {})
    return Read(f"v1/{path}", pages, params=every, since=_unix)


def stripe_objects(reread_days: int) -> tuple[ApiObject, ...]:
    """All objects, in load order.

    Args:
        reread_days: Days after its creation in which an object may change in any way.
    """
    shared: dict[str, Any] = {"updated_path": "created", "updated_form": "unix"}
    mutable = shared | {"reread_days": reread_days}
    money: dict[str, Any] = {"currency": "currency", "digits": _DIGITS}
    created, currency = Field("created", "integer"), Field("currency", "text")
    return (
        ApiObject(
            "customers",
            reads=(_window("customers", {"expand[]": "data.tax_ids"}),),
            # All of them: an invoice of today may be a customer's of ten years ago.
            sweep=(_list("customers", **{"expand[]": "data.tax_ids"}),),
            fields=(
                created,
                Field("name", "text", is_nullable=True, is_optional=True),
                Field("email", "text", is_nullable=True),
            ),
            **mutable,
        ),
        ApiObject(
            "subscriptions",
            reads=(_window("subscriptions", {"status": "all"}), _list("subscriptions")),
            sweep=(_list("subscriptions", status="all"),),
            fields=(
                created,
                Field("customer", "text"),
                Field("status", "text"),
                Field("items.data", "list"),
                Field("ended_at", "integer", is_nullable=True),
            ),
            **mutable,
        ),
        ApiObject(
            "invoices",
            reads=(
                _window("invoices"),
                _list("invoices", status="open"),
                _list("invoices", status="uncollectible"),
            ),
            sweep=(
                _window("invoices"),
                _list("invoices", status="open"),
                _list("invoices", status="uncollectible"),
            ),
            fields=(
                *(created, currency),
                Field("customer", "text"),
                Field("total", "integer"),
                Field("status", "text", is_nullable=True),
                Field("status_transitions", "object"),
                Field("due_date", "integer", is_nullable=True, is_optional=True),
            ),
            money=Money("total", **money),
            **mutable,
        ),
        ApiObject(
            "charges",
            reads=(_window("charges"),),
            fields=(*(created, currency), Field("amount", "integer"), Field("status", "text")),
            money=Money("amount", **money),
            **mutable,
        ),
        ApiObject(
            "refunds",
            reads=(_window("refunds"),),
            fields=(
                *(created, currency),
                Field("amount", "integer"),
                Field("charge", "text", is_nullable=True),
                Field("status", "text", is_nullable=True),
            ),
            money=Money("amount", **money),
            **mutable,
        ),
        ApiObject(
            "disputes",
            # Few, open for months, and no filter by status: the whole list each time.
            reads=(_list("disputes"),),
            fields=(
                *(created, currency),
                Field("amount", "integer"),
                Field("charge", "text"),
                Field("status", "text"),
            ),
            money=Money("amount", **money),
            **shared,
        ),
        ApiObject(
            "credit_notes",
            reads=(_window("credit_notes"),),
            sweep=(_window("credit_notes"),),
            fields=(
                *(created, currency),
                Field("customer", "text"),
                Field("invoice", "text"),
                Field("total", "integer"),
                Field("status", "text"),
            ),
            money=Money("total", **money),
            **mutable,
        ),
        ApiObject(
            "events",
            reads=(_window("events", {"types[]": list(EVENT_TYPES)}),),
            fields=(created, Field("type", "text"), Field("data.object", "object")),
            **shared,
        ),
    )
