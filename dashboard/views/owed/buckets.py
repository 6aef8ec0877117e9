"""Buckets of days past due in the reader's words, and the columns of tables over them.

Belongs here: what several parts of this view share. Does not belong here: what they say.
"""

from __future__ import annotations

import re

from dashboard.charts import AMBER, GREY, NAVY, RED, TEAL
from dashboard.parts import Cell, Column, money_cell, share_cell
from dashboard.views.owed.facts import AGING_BUCKETS, Buckets
from dashboard.wording import Wording, share_of, words

BUCKET_COLORS = (TEAL, NAVY, GREY, AMBER, RED)
# Told apart without their colours, too.
BUCKET_PATTERNS = ("", "/", "", "\\", "x")

_RANGE = re.compile(r"d(\d+)_(\d+)")
_BEYOND = re.compile(r"d(\d+)_plus")


def bucket_name(wording: Wording, bucket: str) -> str:
    """Return a bucket in words; the company may have set bounds of its own (`aging_days`).

    Raises:
        ValueError: the name is none of a bucket.
    """
    if f"bucket.{bucket}" in words(wording.locale):
        return wording.say(f"bucket.{bucket}")
    if found := _RANGE.fullmatch(bucket):
        return wording.say("bucket.range", first=found[1], last=found[2])
    if found := _BEYOND.fullmatch(bucket):
        return wording.say("bucket.beyond", days=found[1])
    raise ValueError(f"'{bucket}' is no bucket of days past due.")


def short_bucket_name(wording: Wording, bucket: str) -> str:
    """Return a bucket in as few characters as fit a grid on a phone."""
    if found := _RANGE.fullmatch(bucket):
        return wording.say("bucket.short_range", first=found[1], last=found[2])
    if found := _BEYOND.fullmatch(bucket):
        return wording.say("bucket.short_beyond", days=found[1])
    return bucket_name(wording, bucket)


def bucket_columns(
    wording: Wording, first: str, is_count_shown: bool = False
) -> tuple[Column, ...]:
    """Return the headings of `bucket_cells`; `first` names what the rows are."""
    return (
        Column(first, is_figure=False),
        *([Column(wording.say("owed.customers"))] if is_count_shown else []),
        Column(wording.say("column.open")),
        *(Column(wording.say(f"bucket.{bucket}")) for bucket in AGING_BUCKETS),
        Column(wording.say("owed.past_due_share")),
        Column(wording.say("owed.to_match")),
    )


def bucket_cells(wording: Wording, balance: Buckets) -> tuple[Cell, ...]:
    """Write an aged balance as cells of one row, all but the first."""
    share = share_of(balance.past_due_amount_reporting, balance.open_invoices_amount_reporting)
    return (
        money_cell(wording, balance.open_invoices_amount_reporting),
        *(money_cell(wording, balance.bucket(bucket)) for bucket in AGING_BUCKETS),
        share_cell(wording, share),
        money_cell(wording, balance.unapplied),
    )
