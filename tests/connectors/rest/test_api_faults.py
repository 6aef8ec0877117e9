"""What goes wrong over HTTP: the clean run's rows, or one line that names it and no change."""

import email.utils
import logging
import os
import signal
import subprocess
import sys
import time
import traceback
from pathlib import Path

import duckdb
import pytest

from connectors.errors import SourceError
from connectors.rest import load_api
from connectors.rest.declaration import check_base_url
from tests.connectors.rest.conftest import INVOICES, day, invoice
from tests.connectors.rest.vendor import KEY, cut, half, instead, reset, status

ROOT = Path(__file__).parents[3]


@pytest.fixture
def clean(vendor, company):
    """What a run without any fault loads."""
    vendor.lists["invoices"] = [invoice(name, 10, amount=n) for n, name in enumerate("abcde")]
    company.load()
    versions = company.versions()
    for table in ("invoices", "_manifest", "_quarantine"):
        company.query(f"delete from raw_vendor.{table}")
    vendor.requests.clear()
    return versions


def http_date(seconds):
    return email.utils.formatdate(time.time() + seconds, usegmt=True)


@pytest.mark.parametrize(
    "fault",
    [
        status(429, Retry_After="0"),
        status(429, Retry_After="1"),
        status(429, Retry_After="86400"),
        status(429, Retry_After=http_date(2)),
        status(429, Retry_After=http_date(-2)),
        status(429, Retry_After="soon"),
        status(429),
        status(500),
        status(502),
        status(503, Retry_After="1"),
        reset,
        half,
        cut,
        instead(b""),
        lambda *_: time.sleep(0.7),
    ],
    ids=[
        *("429 at once", "429 in seconds", "429 huge", "429 at a date", "429 at a past date"),
        *("429 unreadable", "429 without a date", "500", "502", "503", "reset", "half a page"),
        *("cut without notice", "empty body", "time-out"),
    ],
)
@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_passing_fault_leaves_no_trace(vendor, company, clean, fault, number):
    vendor.faults[number] = fault
    company.load()
    assert company.versions() == clean
    assert len(vendor.requests) == 4


def test_a_fault_at_every_other_request_is_outlasted(vendor, company, clean):
    vendor.faults = {1: reset, 3: status(500), 5: half, 6: status(429)}
    company.load()
    assert company.versions() == clean


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (status(429, Retry_After="86400"), r"still limits requests \(429\) after 4 attempts"),
        (status(503), r"fails \(503\) after 4 attempts"),
        (reset, "cannot be reached, or breaks off, after 4 attempts"),
        (half, "cannot be reached, or breaks off, after 4 attempts"),
        (cut, "cannot be reached, or breaks off, after 4 attempts"),
        (lambda *_: time.sleep(0.7), "does not answer in time after 4 attempts"),
        (instead(b"\n<!DOCTYPE html><title>Sign in</title>"), "answers with a web page"),
        (instead({"object": "list"}), "has no list 'data'"),
        (instead({"data": {"a": 1}}), "has no list 'data'"),
        (instead([1, 2]), "has no list 'data'"),
        (instead(b"null"), "has no list 'data'"),
        (instead(b'{"data": [{"id": "z", "amount": NaN}], "next": null}'), "breaks off"),
        (status(400), r"rejects the request \(400\)"),
        (status(404), r"rejects the request \(404\)"),
        (status(401), r"refuses the key \(401\)"),
        (status(403), r"forbids access \(403\)"),
        (status(302, Location="https://example.com/login"), "redirects elsewhere"),
    ],
)
def test_a_lasting_fault_is_named_and_changes_nothing(vendor, company, clean, fault, message):
    company.load(day(11))
    before = company.everything()
    # The second page: the first one has been read by then.
    start = len(vendor.requests)
    vendor.faults = {start + n: fault for n in range(2, 20)}
    with pytest.raises(SourceError, match=message) as caught:
        company.load(day(12))
    assert "\n" not in str(caught.value)
    assert company.everything() == before
    vendor.faults = {}
    assert company.load(day(12))["invoices"].loaded == 0


def test_a_server_that_is_not_there_is_named(vendor, company):
    vendor.server.server_close()
    with pytest.raises(SourceError, match="cannot be reached"):
        company.load()


def test_a_key_that_expires_midway_changes_nothing(vendor, company, clean, monkeypatch):
    def expire(_handler, body):
        monkeypatch.setenv("VENDOR_KEY", "rolled")
        return body

    vendor.faults[1] = expire
    with pytest.raises(SourceError, match="valid key into environment variable VENDOR_KEY"):
        company.load()
    assert company.versions() == []


def test_a_page_that_comes_twice_counts_as_duplicates(vendor, company, clean):
    first = vendor.page("/v1/invoices")
    vendor.faults[2] = instead({"data": first["data"], "next": "b2"})
    vendor.faults[3] = instead(vendor.page("/v1/invoices?after=b"))
    row = company.load()["invoices"]
    assert (row.rows_in, row.loaded, row.exact_duplicates) == (7, 5, 2)
    assert company.versions() == clean


def test_a_cursor_that_repeats_is_named(vendor, company, clean):
    vendor.every = lambda _handler, body: {"data": body["data"], "next": "b"}
    with pytest.raises(SourceError, match="repeats its cursor after 2 pages"):
        company.load()
    assert company.versions() == []


def test_a_cursor_that_never_ends_is_named(vendor, company, clean):
    page = vendor.page("/v1/invoices")["data"]
    vendor.every = lambda *_: {"data": page, "next": f"c{len(vendor.requests)}"}
    vendor.page = lambda path: None
    with pytest.raises(SourceError, match="does not end: 23 pages, 2 different items"):
        company.load()


def test_a_list_longer_than_believable_is_named(vendor, company, clean):
    company.set(max_pages=50)
    vendor.every = lambda *_: {
        "data": [invoice(f"n{len(vendor.requests)}")],
        "next": f"c{len(vendor.requests)}",
    }
    vendor.page = lambda path: None
    with pytest.raises(SourceError, match="does not end: 51 pages"):
        company.load()


def test_an_item_that_changes_while_paging_ends_as_it_is_now(vendor, company, clean):
    """It was seen as it was, then as it is: two versions, the later one counts."""

    def change(_handler, body):
        changed = invoice("a", 10, amount=999)
        return {"data": [*body["data"], changed], "next": body["next"]}

    vendor.faults[2] = change
    vendor.lists["invoices"][0] = invoice("a", 10, amount=0)
    row = company.load()["invoices"]
    assert (row.rows_in, row.loaded) == (6, 6)
    assert '"amount":999' in company.latest()[0][1]
    vendor.lists["invoices"][0] = invoice("a", 10, amount=999)
    assert company.load(day(21))["invoices"].loaded == 0


def test_the_key_is_told_to_nobody(vendor, company, clean, caplog, capfd, monkeypatch):
    """Not in messages, tracebacks, logs, output, nor in the files a killed load would leave."""
    monkeypatch.setattr("connectors.rest.loading.drop_left_over", lambda folder: None)
    caplog.set_level(logging.DEBUG)
    vendor.faults = {n: status(401) for n in range(2, 9)}
    with pytest.raises(SourceError) as caught:
        load_api(company.connection, company.api, (INVOICES,), company.folder, day(20))
    told = "".join(traceback.format_exception(caught.value, chain=True)) + caplog.text
    told += (
        repr(caught.value.__context__) + repr(caught.value.__cause__) + "".join(capfd.readouterr())
    )
    files = [path for path in company.folder.rglob("*") if path.is_file()]
    assert files
    assert KEY not in told
    assert not [path for path in files if KEY.encode() in path.read_bytes()]


def test_nothing_is_written_outside_the_folder(company, clean, tmp_path, monkeypatch):
    home, cwd = tmp_path / "home", tmp_path / "cwd"
    home.mkdir()
    cwd.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(cwd)
    before = dict(os.environ)
    company.load()
    assert not list(home.rglob("*"))
    assert not list(cwd.rglob("*"))
    assert {k: v for k, v in os.environ.items() if k != "RUNTIME__DLTHUB_TELEMETRY"} == {
        k: v for k, v in before.items() if k != "RUNTIME__DLTHUB_TELEMETRY"
    }
    assert os.environ["RUNTIME__DLTHUB_TELEMETRY"] == "false"


@pytest.mark.parametrize("key", ["", "two words", "line\n", "clé"])
def test_a_key_that_cannot_be_sent_is_not_repeated(company, monkeypatch, key):
    monkeypatch.setenv("VENDOR_KEY", key)
    with pytest.raises(SourceError, match="VENDOR_KEY") as caught:
        company.load()
    assert not key or key not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        *("http://api.example.com", "ftp://api.example.com", "api.example.com", "https://"),
        *("https://user:secret@api.example.com", "http://127.0.0.1.example.com", "https://[bad"),
    ],
)
def test_a_key_is_sent_over_https_or_to_this_machine_only(url):
    with pytest.raises(SourceError) as caught:
        check_base_url(url)
    assert "secret" not in str(caught.value)


def test_a_folder_that_cannot_be_written_is_named(company, clean, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SourceError, match="landing folder cannot be written"):
        load_api(company.connection, company.api, (INVOICES,), tmp_path / "file", day(20))


CHILD = """
import datetime as dt, sys
from pathlib import Path
import duckdb
from dlt.load.load import Load
from connectors.rest import Api, load_api
import connectors.rest.loading as loading
from tests.connectors.rest.conftest import FIRST_MOMENT, INVOICES, day

def hang(*_, **__):
    print("here", flush=True)
    import time
    time.sleep(60)

if sys.argv[1] == "load":
    Load.complete_package = hang
if sys.argv[1] == "land":
    loading.write_manifest_row = hang
api = Api("vendor", sys.argv[3], "VENDOR_KEY", lambda k: {"Authorization": f"Bearer {k}"}, FIRST_MOMENT)
with duckdb.connect(sys.argv[4]) as connection:
    load_api(connection, api, (INVOICES,), Path(sys.argv[2]), day(20))
"""


@pytest.mark.parametrize("stage", ["load", "land"])
def test_a_load_that_was_killed_is_made_again_whole(vendor, company, clean, tmp_path, stage):
    """`load`: dlt's package is pending. `land`: the rows are in the warehouse's open transaction."""
    warehouse = tmp_path / "warehouse.duckdb"
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, stage, str(company.folder), vendor.url, str(warehouse)],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        text=True,
    )
    assert child.stdout.readline() == "here\n"
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert list(company.folder.rglob("objects/read_0/**/*.parquet"))
    told = []
    with duckdb.connect(str(warehouse)) as connection:
        company.connection = connection
        company.load(progress=told.append)
        assert company.versions() == clean
    assert told[0] == "vendor: an interrupted load left files behind; asking again"
