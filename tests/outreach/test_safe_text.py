"""Hostile text made harmless, or refused."""

import pytest
from hostile_text import FORMULAS, HEADER_INJECTIONS, PATHS

from outreach.safe_text import (
    UnsafeHeaderError,
    file_stem,
    header_text,
    mail_address,
    one_line,
    slack_text,
    spreadsheet_text,
)


@pytest.mark.parametrize("text", [formula for formula in FORMULAS if formula[0] != " "])
def test_formula_gets_a_leading_quote(text):
    assert spreadsheet_text(text) == "'" + text


@pytest.mark.parametrize("text", ["Martin & Fils", "a=b", "12", "é", ""])
def test_ordinary_text_keeps_its_form_in_a_cell(text):
    assert spreadsheet_text(text) == text


@pytest.mark.parametrize("text", HEADER_INJECTIONS)
def test_header_injection_is_refused(text):
    with pytest.raises(UnsafeHeaderError):
        header_text(text)


@pytest.mark.parametrize(
    "text",
    ["a@b.example, c@d.example", "a@b", "<a@b.example>", "a@b.example\n", "a b@c.example", "é@b.c"],
)
def test_what_is_not_one_plain_address_is_refused(text):
    with pytest.raises(UnsafeHeaderError):
        mail_address(text)


def test_plain_address_passes():
    assert mail_address("anna.martin+ar@client-a.example") == "anna.martin+ar@client-a.example"


def test_mentions_links_and_addresses_are_inert_in_slack():
    text = slack_text("<!channel> @here <@U1> mail anna@client.example *now* & then")
    assert text == "&lt;!channel&gt; ＠here &lt;＠U1&gt; mail [e-mail] ∗now∗ &amp; then"


def test_slack_text_is_cut_before_it_is_escaped():
    assert slack_text("<" * 10, limit=3) == "&lt;&lt;…"


def test_one_line_drops_control_and_direction_characters():
    assert one_line(" a\r\nb\x00c\u202ed\te ") == "a b cd e"


@pytest.mark.parametrize("text", PATHS)
def test_file_name_never_leaves_its_folder(text):
    stem = file_stem(text, "c1")
    assert set(stem) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_file_names_differ_where_the_readable_part_does_not():
    assert file_stem("Élan", "1") != file_stem("elan", "1")
    assert file_stem("a", "b-c") != file_stem("a-b", "c")
