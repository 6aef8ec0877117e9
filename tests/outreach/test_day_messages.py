"""The messages of a day: one each, complete, and the same however often they are rendered."""

import email
import email.policy
import json
from decimal import Decimal

import pytest
from handmade_day import account, batch_line, batch_row, full_sender, make_day
from hostile_text import ALL

from outreach.day_messages import day_messages
from outreach.drafts import by_value, render_reminders
from outreach.slack_messages import alert_message, task_message
from outreach.writing import render_day


def whole_day(**changes):
    """One message of each kind: e-mail, letter, task, alert, digest; and a call, which is none."""
    channels = {"c1": "email", "c2": "letter", "c3": "call", "c4": "slack_task"}
    batch = [
        batch_row(
            customer_id,
            channel=channel,
            step_channel=channel,
            template={"email": "reminder", "letter": "letter"}.get(channel, "call"),
            tone="final" if channel == "letter" else "firm",
        )
        for customer_id, channel in channels.items()
    ]
    lines = [batch_line(customer_id, f"F-{customer_id}") for customer_id in channels]
    return make_day(batch=batch, batch_lines=lines, sender=full_sender(), **changes)


def test_every_draft_task_alert_and_the_digest_is_one_message():
    found = [(m.customer_id, m.kind, m.channel, m.step) for m in day_messages(whole_day(), "en")]
    assert found == [
        ("c1", "reminder", "email", "third_reminder"),
        ("c2", "reminder", "letter", "third_reminder"),
        ("c4", "task", "slack_task", "third_reminder"),
        ("c1", "alert", "slack_task", "broken_promise"),
        ("", "digest", "slack", "digest"),
    ]


def test_email_of_the_outbox_is_the_file_of_the_folder():
    rows = whole_day()
    message, letter, *_ = day_messages(rows, "en")
    files = {draft.path: draft.content for draft in render_reminders(rows, "en").drafts}
    parsed = email.message_from_bytes(message.content, policy=email.policy.default)
    # Its reader must not get a draft to edit.
    assert files[message.file].replace(b"X-Unsent: 1\r\n", b"") == message.content
    assert parsed["X-Unsent"] is None and b"X-Unsent" in files[message.file]
    assert message.message_id == parsed["Message-ID"]
    assert message.subject == parsed["Subject"]
    assert message.recipient == "anna@client.example"
    assert message.invoice_set[0][:2] == ("id-F-c1", "third_reminder")
    assert message.asked_amount_reporting == Decimal("1200.50")
    # The folder holds the labelled draft, the outbox the letter to post once approved.
    assert letter.needs_approval and letter.file.startswith("reminders/to_approve/")
    assert files[letter.file] != letter.content
    assert letter.recipient is None


def test_refused_reminder_is_in_no_outbox():
    rows = make_day(batch=[batch_row("c1", contact_email="x\r\nBcc: y@z.example")])
    assert [m.kind for m in day_messages(rows, "en")] == ["alert", "digest"]


def test_only_a_promise_broken_yesterday_alerts():
    rows = make_day()
    old = [{**rows.broken_promises[0], "is_new": False}]
    kinds = [m.kind for m in day_messages(make_day(broken_promises=old), "en")]
    assert "alert" not in kinds


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_slack_hears_account_bucket_amount_and_reason_only(locale):
    messages = day_messages(whole_day(), locale)
    slack = [m for m in messages if m.channel.startswith("slack")]
    assert len(slack) == 3
    for message in slack:
        text = message.content.decode()
        for private in ("anna@", "Anna", "+33", "F-c4", "F-100"):
            # The oldest invoice's number is on the list, never in Slack.
            assert private not in text, private
        content = json.loads(text)
        assert content["blocks"][0]["type"] == "header"
    task = slack[0].content.decode()
    assert "Customer c4" in task
    assert ("31-60 days" if locale == "en" else "31-60 jours") in task
    alert = slack[1].content.decode()
    assert "34 jours" in alert if locale == "fr" else "34 days past due" in alert


def test_task_is_routed_to_the_account_owner():
    _, _, task, alert, digest = day_messages(whole_day(), "fr")
    assert (task.recipient, alert.recipient, digest.recipient) == ("Zoé", "Zoé", None)


@pytest.mark.parametrize("text", ALL)
def test_hostile_text_is_inert_in_tasks_and_alerts(text):
    row = batch_row("c1", channel="slack_task", customer_name=text, account_owner=text)
    listed = account(1, "c1", customer_name=text, reasons_en=text)
    promise = {**make_day().broken_promises[0], "customer_name": text}
    for message in (
        task_message(row, [batch_line("c1", text)], listed, "en"),
        alert_message([promise], listed, "en"),
    ):
        header, *sections = message["blocks"]
        assert len(header["text"]["text"]) <= 150 and "@" not in header["text"]["text"]
        for block in sections:
            shown = block["text"]["text"]
            assert "<" not in shown and ">" not in shown and "@" not in shown
            assert len(shown) <= 3000 and block["text"]["verbatim"] is True


@pytest.mark.parametrize("text", [text for text in ALL if len(text) < 1000])
def test_hostile_text_is_neutral_in_the_lists_of_calls_and_tasks(text):
    batch = [
        batch_row(
            customer_id,
            channel=channel,
            template="call",
            customer_name=text,
            contact_name=text,
            account_owner=text,
        )
        for customer_id, channel in (("c1", "call"), ("c2", "slack_task"))
    ]
    lines = [batch_line("c1", text), batch_line("c2", text)]
    reminders = render_reminders(make_day(batch=batch, batch_lines=lines), "en")
    for content in (reminders.call_sheet, reminders.task_list, reminders.index):
        # No cell opens a formula, no line break opens a row.
        for cell in content.decode().replace('"', "").split(","):
            assert not cell.lstrip("\r\n").startswith(("=", "@", "＝"))
    assert reminders.call_sheet.count(b"\r\n") == 2


def test_same_day_rendered_ten_times_is_the_same_to_the_byte():
    first = render_day(whole_day(), "fr"), day_messages(whole_day(), "fr")
    for _ in range(9):
        assert (render_day(whole_day(), "fr"), day_messages(whole_day(), "fr")) == first


def test_digest_brings_the_list_without_addresses():
    digest = day_messages(whole_day(), "en")[-1]
    attachment = json.loads(digest.content)["attachment"]
    assert attachment["name"] == "at_risk_2026-03-12.csv"
    assert attachment["text"].splitlines()[1].startswith("1,Customer c1,31-60 days,1200.50,Write,,")


def test_the_most_valuable_is_first_and_the_unknown_last():
    rows = [
        batch_row("A", priority_amount=None),
        batch_row("B", priority_amount=Decimal("-3.00")),
        batch_row("C", priority_amount=Decimal("250.00")),
    ]
    assert [row["customer_id"] for row in by_value(rows)] == ["C", "B", "A"]
