"""Every wording of a message as text, to be read and compared: `snapshots/<name>.txt`.

A wanted change is taken over with `ENCOURS_UPDATE_SNAPSHOTS=1 pytest tests/outreach/test_snapshots.py`;
read the difference before it is committed.
"""

import datetime as dt
import email
import email.policy
import os
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest
from handmade_day import batch_line, batch_row, charge, full_sender, make_day, period

from outreach.digest import digest_text
from outreach.emails import email_bytes
from outreach.letters import letter_html
from outreach.slack_messages import alert_message, task_message

FOLDER = Path(__file__).parent / "snapshots"
LINES = [
    batch_line("c1", "F-100"),
    batch_line(
        "c1",
        "F-101",
        currency="USD",
        open_amount=Decimal("18240.00"),
        due_date=dt.date(2026, 2, 20),
        days_past_due=20,
    ),
]
NOT_DUE = [batch_line("c1", "F-102", due_date=dt.date(2026, 3, 17), days_past_due=-5)]


class Text(HTMLParser):
    """The words of a page, one line an element."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.is_hidden = False

    def handle_starttag(self, tag, attrs) -> None:
        self.is_hidden = tag == "style"

    def handle_endtag(self, tag) -> None:
        self.is_hidden = False

    def handle_data(self, data) -> None:
        if data.strip() and not self.is_hidden:
            self.lines.append(" ".join(data.split()))


def compare(name: str, text: str) -> None:
    path = FOLDER / f"{name}.txt"
    if os.environ.get("ENCOURS_UPDATE_SNAPSHOTS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.is_file(), f"{path.name} is missing: see the head of this file"
    assert text == path.read_text(encoding="utf-8"), (
        f"{path.name} differs: see the head of this file"
    )


def charged_day():
    return make_day(
        sender=full_sender(payment_link="https://pay.lumiere.example/{invoice_number}"),
        charges=[
            charge("F-100", "13.59", "40.00"),
            charge("F-101", "121.44", "40.00", currency="USD"),
        ],
        interest=[
            period("F-100", dt.date(2026, 2, 7), 34, "13.59"),
            period("F-101", dt.date(2026, 2, 21), 20, "121.44", balance_amount=Decimal("18240")),
        ],
    )


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    ("name", "template", "tone", "rows", "lines"),
    [
        ("notice_ahead", "pre_due", "friendly", make_day(sender=full_sender()), NOT_DUE),
        ("friendly", "reminder", "friendly", make_day(sender=full_sender()), LINES),
        ("neutral", "reminder", "neutral", make_day(), LINES[:1]),
        ("firm", "reminder", "firm", make_day(), LINES),
        ("final_with_charges", "reminder", "final", charged_day(), LINES),
    ],
)
def test_email_reads_as_it_did(language, name, template, tone, rows, lines):
    row = batch_row("c1", template=template, tone=tone, language=language)
    message = email.message_from_bytes(
        email_bytes(rows, row, lines, is_draft=True), policy=email.policy.default
    )
    headers = "".join(f"{key}: {value}\n" for key, value in message.items())
    text = message.get_body(("plain",)).get_content().replace("\r\n", "\n")
    compare(f"email_{name}_{language}", f"{headers}\n{text}")


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("tone", ["firm", "final"])
def test_letter_reads_as_it_did(language, tone):
    rows = make_day() if tone == "firm" else charged_day()
    row = batch_row("c1", channel="letter", template="letter", tone=tone, language=language)
    page = Text()
    page.feed(letter_html(rows, row, LINES, is_draft=tone == "final"))
    compare(f"letter_{tone}_{language}", "\n".join(page.lines) + "\n")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_digest_task_and_alert_read_as_they_did(language):
    rows = make_day()
    row = batch_row("c1", channel="slack_task")
    account = rows.accounts[1]
    messages = [
        task_message(row, LINES, account, language),
        alert_message(rows.broken_promises, account, language),
    ]
    texts = [
        "\n".join(block["text"]["text"] for block in message["blocks"]) for message in messages
    ]
    compare(f"team_{language}", "\n\n".join([digest_text(rows, language), *texts]) + "\n")
