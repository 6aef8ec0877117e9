"""Objects of an API in raw: what a load asks for, what is new, what is gone, what is set aside."""

import datetime as dt
from dataclasses import replace

import pytest

from connectors.errors import SourceError
from connectors.rest import Field, Read
from tests.connectors.rest.conftest import INVOICES, day, invoice, pages


def test_a_first_load_brings_every_page_with_exact_sums_by_currency(vendor, company):
    vendor.lists["invoices"] = [
        invoice("a", amount=1999),
        invoice("b", amount=1),
        invoice("c", amount=500, currency="jpy"),
        invoice("d", amount=1234, currency="kwd"),
        invoice("e", amount=-2000),
    ]
    row = company.load()["invoices"]
    assert (row.rows_in, row.loaded, row.exact_duplicates, row.quarantined) == (5, 5, 0, 0)
    assert row.amounts == {"EUR": "0.00", "JPY": "500.00", "KWD": "1.234"}
    assert len(vendor.requests) == 3


def test_a_second_load_asks_from_the_overlap_on_and_lands_only_what_changed(vendor, company):
    vendor.lists["invoices"] = [invoice("a", 1), invoice("b", 10), invoice("c", 12)]
    company.load(day(13))
    vendor.lists["invoices"][1] = invoice("b", 13, amount=200)
    row = company.load(day(14))["invoices"]
    assert row.window_from == "2024-01-10T00:00:00.000000"
    assert row.window_to == "2024-01-13T00:00:00.000000"
    assert (row.rows_in, row.loaded, row.exact_duplicates) == (2, 1, 1)
    assert company.query("select object_id, _load_id from raw_vendor.invoices order by 2, 1") == [
        *(("a", 1), ("b", 1), ("c", 1)),
        ("b", 2),
    ]


def test_loading_again_without_news_adds_nothing(vendor, company):
    vendor.lists["invoices"] = [invoice("a", 1), invoice("b", 10)]
    company.load(day(13))
    before = company.versions()
    assert company.load(day(14))["invoices"].loaded == 0
    assert company.versions() == before


def test_objects_at_the_border_of_the_window_are_read_again(vendor, company):
    company.set(overlap_days=0)
    vendor.lists["invoices"] = [invoice("a", 5)]
    company.load(day(6))
    vendor.lists["invoices"].append(invoice("b", 5))
    assert company.load(day(7))["invoices"].loaded == 1
    assert [name for name, _ in company.latest()] == ["a", "b"]


def test_a_clock_of_the_vendor_that_is_ahead_does_not_move_the_window_past_the_load(
    vendor, company
):
    vendor.lists["invoices"] = [invoice("a", 31)]
    assert company.load(day(13))["invoices"].window_to == "2024-01-13T00:00:00.000000"


def test_an_object_that_returns_to_an_older_content_is_a_new_version(vendor, company):
    for number, amount in enumerate((100, 200, 100)):
        vendor.lists["invoices"] = [invoice("a", 10, amount=amount)]
        company.load(day(10 + number))
    assert [version[3] for version in company.versions()] == [1, 2, 3]


def test_numbers_stay_as_the_vendor_wrote_them(vendor, company):
    item = (
        b'{"id": "a", "amount": 1, "currency": "eur", "rate": 0.10, "big": 12345678901234567890.10}'
    )
    body = b'{"data": [' + item + b'], "next": null}'
    vendor.every = lambda _handler, _body: body
    company.load()
    [(_, payload)] = company.latest()
    assert '"rate":0.10' in payload
    assert '"big":12345678901234567890.10' in payload


def test_versions_of_one_load_are_kept_in_the_order_they_came(vendor, company):
    first, second = invoice("a", 9, amount=1), invoice("a", 9, amount=2)
    vendor.every = lambda *_: {"data": [first, first, second, second, first], "next": None}
    row = company.load(day(10))["invoices"]
    assert (row.rows_in, row.loaded, row.exact_duplicates) == (5, 3, 2)
    assert company.load(day(11))["invoices"].loaded == 2
    assert company.latest()[0][1] == '{"amount":1,"currency":"eur","id":"a","updated":1704758400}'


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\0b", "a\ufffdb"),
        ("a\\u0000b", "a\\u0000b"),
        ("a\\\0b", "a\\\ufffdb"),
        ("half \ud83d of it", "half ? of it"),
        ("'; drop table invoices; --", "'; drop table invoices; --"),
        ("n° 1 ‘é’ 😀", "n° 1 ‘é’ 😀"),
    ],
)
def test_hostile_text_is_kept_as_far_as_a_database_takes_it(vendor, company, text, kept):
    vendor.lists["invoices"] = [invoice("a", memo=text), invoice("b")]
    company.load()
    memos = (
        "select json_extract_string(payload, '$.memo') from raw_vendor.invoices order by object_id"
    )
    assert company.query(memos) == [(kept,), (None,)]


@pytest.mark.parametrize(
    ("item", "column", "reason"),
    [
        ({"amount": 1, "currency": "eur"}, "id", "missing_value"),
        ({"id": "", "amount": 1, "currency": "eur"}, "id", "missing_value"),
        ("a word", None, "not_an_object"),
        (invoice("b", amount="1.00"), "amount", "not_integer"),
        (invoice("b", amount=1.5), "amount", "not_integer"),
        (invoice("b", currency=None), "currency", "missing_value"),
        ({"id": "b", "currency": "eur"}, "amount", "missing_value"),
        (invoice("b", memo=7), "memo", "not_text"),
    ],
)
def test_an_item_that_cannot_be_used_is_set_aside_with_its_reason(
    vendor, company, item, column, reason
):
    vendor.lists["invoices"] = [invoice("a", memo=None), item]
    row = company.load()["invoices"]
    assert (row.rows_in, row.loaded, row.quarantined) == (2, 1, 1)
    assert company.query("select column_name, reason from raw_vendor._quarantine") == [
        (column, reason)
    ]


@pytest.mark.parametrize("change", [{"amount": "1.00"}, {"amount": None}])
def test_a_field_that_changed_in_every_item_stops_the_source(vendor, company, change):
    vendor.lists["invoices"] = [invoice("a"), invoice("b")]
    company.load(day(10))
    before = company.everything()
    vendor.lists["invoices"] = [invoice("c", 11) | change, invoice("d", 11) | change]
    with pytest.raises(SourceError, match="in all 2 invoices field 'amount'"):
        company.load(day(12))
    assert company.everything() == before


def test_a_renamed_field_stops_the_source(vendor, company):
    vendor.lists["invoices"] = [
        {"id": name, "updated": 1, "total": 1, "currency": "eur"} for name in "ab"
    ]
    with pytest.raises(SourceError, match="field 'amount' is 'missing_value'"):
        company.load()


def test_a_field_nobody_knows_is_kept_and_reported_once(vendor, company):
    vendor.lists["invoices"] = [invoice("a", 1)]
    assert company.load(day(2))["invoices"].extra_columns == ("updated",)
    vendor.lists["invoices"] = [invoice("a", 2, tax=3)]
    assert company.load(day(3))["invoices"].extra_columns == ("tax",)
    vendor.lists["invoices"] = [invoice("a", 3, tax=4)]
    assert company.load(day(4))["invoices"].extra_columns == ()
    assert '"tax":4' in company.latest()[0][1]


def test_a_weekly_list_of_all_ids_finds_what_is_gone(vendor, company):
    vendor.lists["invoices"] = [invoice("a", 1), invoice("b", 1), invoice("c", 9)]
    company.load(day(10))
    del vendor.lists["invoices"][0]
    assert company.load(day(16))["invoices"].deleted == 0
    row = company.load(day(17))["invoices"]
    assert (row.deleted, row.window_from, row.exact_duplicates) == (1, None, 2)
    assert [name for name, _ in company.latest()] == ["b", "c"]
    assert company.load(day(18))["invoices"].deleted == 0


def test_an_object_that_comes_back_after_its_tombstone_lives_again(vendor, company):
    everything = [invoice("a", 9), invoice("b", 9)]
    vendor.lists["invoices"] = everything
    company.load(day(10))
    vendor.lists["invoices"] = everything[:1]
    company.load(day(17))
    vendor.lists["invoices"] = everything
    company.load(day(18))
    assert [name for name, _ in company.latest()] == ["a", "b"]


def test_a_vendor_that_tells_deletes_is_believed(vendor, company):
    vendor.lists["invoices"] = [invoice("a", 9), invoice("b", 9)]
    company.load(day(10))
    vendor.lists["invoices"] = [invoice("a", 10, is_gone=True), invoice("b", 9)]
    assert company.load(day(11))["invoices"].deleted == 1
    assert [name for name, _ in company.latest()] == ["b"]


def test_a_list_of_deleted_items_buries_them(vendor, company):
    deleted = Read("v1/deleted", pages, is_deleted=True)
    company.objects = (replace(INVOICES, reads=(*INVOICES.reads, deleted)),)
    vendor.lists["invoices"] = [invoice("a", 9), invoice("b", 9)]
    company.load(day(10))
    vendor.lists["deleted"] = [vendor.lists["invoices"].pop(0)]
    assert company.load(day(11))["invoices"].deleted == 1
    assert company.load(day(12))["invoices"].deleted == 0
    assert [name for name, _ in company.latest()] == ["b"]


def test_a_list_of_keys_only_is_not_taken_for_items(vendor, company):
    keys = Read("v1/keys", pages, is_keys_only=True)
    company.objects = (replace(INVOICES, sweep=(keys,)),)
    vendor.lists = {
        "invoices": [invoice("a", 1), invoice("b", 9)],
        "keys": [{"id": "a"}, {"id": "b"}],
    }
    row = company.load(day(10))["invoices"]
    assert (row.rows_in, row.loaded) == (2, 2)
    vendor.lists = {"invoices": [invoice("b", 9)], "keys": [{"id": "b"}]}
    assert company.load(day(17))["invoices"].deleted == 1
    assert [name for name, _ in company.latest()] == ["b"]


def test_a_list_without_a_window_is_complete_each_time(vendor, company):
    company.objects = (replace(INVOICES, reads=(Read("v1/invoices", pages),), sweep=()),)
    vendor.lists["invoices"] = [invoice("a", 1), invoice("b", 1)]
    company.load(day(10))
    del vendor.lists["invoices"][0]
    assert company.load(day(11))["invoices"].deleted == 1


def test_an_empty_answer_where_there_was_much_is_refused(vendor, company):
    vendor.lists["invoices"] = [invoice(f"i{n:03}", 1) for n in range(30)]
    vendor.page_size = 100
    company.load(day(10))
    before = company.everything()
    vendor.lists["invoices"] = []
    with pytest.raises(SourceError, match="lacks 30 of 30 known ones"):
        company.load(day(17))
    assert company.everything() == before
    company.set(max_deleted_share=1.0)
    assert company.load(day(17))["invoices"].deleted == 30


def test_objects_before_the_start_of_the_history_are_not_taken_for_gone(vendor, company):
    in_scope = Read(
        "v1/invoices",
        pages,
        params={"since": "{incremental.start_value}"},
        since=lambda m: int(m.timestamp()),
    )
    company.objects = (replace(INVOICES, sweep=(in_scope,)),)
    vendor.lists["invoices"] = [invoice("a", 1), invoice("b", 9)]
    company.load(day(10))
    company.set(first_moment=dt.datetime(2024, 1, 5, tzinfo=dt.UTC))
    row = company.load(day(17))["invoices"]
    assert (row.rows_in, row.deleted) == (1, 0)


def test_an_object_that_changes_without_a_cursor_is_read_again_from_further_back(vendor, company):
    company.objects = (replace(INVOICES, reread_days=8),)
    vendor.lists["invoices"] = [invoice("a", 2), invoice("b", 10)]
    company.load(day(11))
    vendor.lists["invoices"][0]["amount"] = 7
    row = company.load(day(12))["invoices"]
    assert (row.window_from, row.loaded) == ("2024-01-02T00:00:00.000000", 1)


def test_two_objects_of_one_load_become_visible_together(vendor, company):
    credits = replace(
        INVOICES,
        name="credits",
        reads=(Read("v1/credits", pages),),
        sweep=(),
        fields=(Field("amount", "text"),),
    )
    company.objects = (INVOICES, credits)
    vendor.lists = {"invoices": [invoice("a")], "credits": [invoice("x"), invoice("y")]}
    with pytest.raises(SourceError, match="in all 2 credits field 'amount' is 'not_text'"):
        company.load()
    assert company.query("select count(*) from raw_vendor.invoices") == [(0,)]
    assert company.query("select count(*) from raw_vendor._manifest") == [(0,)]


def test_a_list_that_is_empty_beside_a_full_one_changes_nothing(vendor, company):
    company.objects = (
        replace(INVOICES, reads=(Read("v1/none", pages), *INVOICES.reads), sweep=()),
    )
    vendor.lists["invoices"] = [invoice("a"), invoice("b")]
    assert company.load()["invoices"].loaded == 2


def test_progress_is_told_page_by_page(vendor, company):
    vendor.lists["invoices"] = [invoice("a"), invoice("b"), invoice("c")]
    told = []
    company.load(progress=told.append)
    assert told == ["vendor invoices: page 1", "vendor invoices: page 2"]
