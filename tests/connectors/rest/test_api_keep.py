"""What of an item lands, where the connector keeps only a part of it."""

from dataclasses import replace

from connectors.rest import Read
from tests.connectors.rest.conftest import INVOICES, invoice, pages


def without_memo(item):
    return {name: value for name, value in item.items() if name not in ("memo", "updated")}


def test_what_the_connector_does_not_keep_never_lands(vendor, company):
    company.objects = (replace(INVOICES, keep=without_memo),)
    vendor.lists["invoices"] = [invoice("a", memo="call Anne on 06"), "no object"]
    row = company.load()["invoices"]
    assert (row.loaded, row.quarantined) == (1, 1)
    assert "Anne" not in str(company.everything())


def test_an_item_that_changed_only_in_what_is_not_kept_is_no_new_version(vendor, company):
    company.objects = (replace(INVOICES, keep=without_memo),)
    vendor.lists["invoices"] = [invoice("a", on=5)]
    company.load()
    vendor.lists["invoices"] = [invoice("a", on=6, memo="changed")]
    row = company.load()["invoices"]
    assert (row.loaded, row.exact_duplicates) == (0, 1)
    assert row.window_to.startswith("2024-01-06")


def test_one_list_of_several_may_be_empty(vendor, company):
    both = (Read("v1/invoices", pages), Read("v1/gone", pages, is_deleted=True))
    company.objects = (replace(INVOICES, reads=both, sweep=()),)
    vendor.lists["invoices"] = [invoice("a")]
    assert company.load()["invoices"].loaded == 1
    vendor.lists["invoices"], vendor.lists["gone"] = [], [{"id": "a"}]
    row = company.load()["invoices"]
    assert (row.loaded, row.deleted) == (1, 1)
