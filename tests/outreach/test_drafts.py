"""Reminder drafts, parsed back from their files."""

import csv
import datetime as dt
import email
import email.policy
import io
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from handmade_day import (
    AS_OF,
    batch_line,
    batch_row,
    charge,
    full_sender,
    hold,
    make_day,
    period,
)
from hostile_text import ALL, HEADER_INJECTIONS, MARKUP

from outreach.at_risk import at_risk_csv
from outreach.digest import digest_json
from outreach.drafts import render_draft, render_reminders
from outreach.safe_text import UnsafeHeaderError
from outreach.sender import Sender

NOBODY = Sender()


def parsed(content: bytes) -> email.message.EmailMessage:
    return email.message_from_bytes(content, policy=email.policy.default)


def body(message: email.message.EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return part.get_content().replace("\r\n", "\n")


def one_draft(lines=None, sender=NOBODY, charges=(), **changes) -> email.message.EmailMessage:
    rows = make_day(sender=sender, charges=charges)
    draft = render_draft(rows, batch_row("c1", **changes), lines or [batch_line("c1", "F-100")])
    return parsed(draft.content)


def index_of(reminders) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(reminders.index.decode(), newline="")))


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def handle_starttag(self, tag, attrs) -> None:
        self.names.append(tag)


def test_draft_opens_as_an_unsent_message_to_the_contact():
    message = one_draft()
    assert message["X-Unsent"] == "1"
    assert message["To"] == "Anna Martin <anna@client.example>"
    assert message["From"] is None
    assert message["Date"].datetime == dt.datetime(2026, 3, 12, 8, tzinfo=dt.UTC)
    assert message.get_content_type() == "multipart/alternative"


def test_french_firm_reminder_reads_well():
    message = one_draft()
    assert message["Subject"] == (
        "Règlement attendu : facture F-100 toujours impayée, 1\u202f200,50\u00a0€"
    )
    text = body(message, "plain")
    assert text.startswith("Bonjour Anna Martin,\n\nMalgré nos précédents messages, votre compte")
    assert (
        "un solde échu de 1\u202f200,50\u00a0€ : la facture ci-dessous, échue depuis 34 jours. "
        in " ".join(text.split("\n"))
    )
    assert "+34 j" in text
    assert text.rstrip().endswith("Cordialement,\n\nLumière Logiciels")


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("template", ["pre_due", "reminder"])
@pytest.mark.parametrize("tone", ["friendly", "neutral", "firm", "final"])
@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("contact_name", [None, "Anna"])
def test_every_wording_renders(language, template, tone, count, contact_name):
    message = one_draft(
        [batch_line("c1", f"F-{n}") for n in range(count)],
        language=language,
        template=template,
        tone=tone,
        contact_name=contact_name,
    )
    text = message["Subject"] + body(message, "plain")
    assert " ," not in text and " ." not in text
    assert "None" not in text + body(message, "html")
    assert count > 1 or ("in all" not in text and "au total" not in text)


def test_currencies_are_totalled_apart():
    message = one_draft(
        [
            batch_line("c1", "F-1", open_amount=Decimal("100.00")),
            batch_line("c1", "F-2", open_amount=Decimal("2500"), currency="JPY"),
        ],
        language="en",
        asked_amounts='[{"currency": "EUR", "amount": "100.00"},'
        ' {"currency": "JPY", "amount": "2500.00"}]',
    )
    text = body(message, "plain")
    totals = [line.split() for line in text.splitlines() if line.startswith("Total")]
    assert totals == [["Total", "€100.00"], ["Total", "JP¥2,500"]]
    assert "past due by €100.00 and JP¥2,500: the invoices below, the oldest 34 days" in " ".join(
        text.split()
    )


def test_oldest_invoice_comes_first():
    text = body(
        one_draft(
            [
                batch_line("c1", "F-2", due_date=dt.date(2026, 2, 20), days_past_due=20),
                batch_line("c1", "F-1"),
            ]
        ),
        "plain",
    )
    assert text.index("F-1") < text.index("F-2")
    assert "depuis 34 jours" in text


@pytest.mark.parametrize(
    ("language", "days"), [("en", "1 day past its due date"), ("fr", "échue depuis 1 jour")]
)
@pytest.mark.parametrize("tone", ["neutral", "firm", "final"])
@pytest.mark.parametrize("count", [1, 2])
def test_one_day_is_a_day(language, days, tone, count):
    lines = [
        batch_line("c1", f"F-{n}", due_date=AS_OF - dt.timedelta(days=1), days_past_due=1)
        for n in range(count)
    ]
    text = " ".join(body(one_draft(lines, language=language, tone=tone), "plain").split())
    assert days in text and f"{days}s" not in text


@pytest.mark.parametrize("text", HEADER_INJECTIONS)
@pytest.mark.parametrize("field", ["contact_name", "customer_name", "contact_email"])
def test_header_injection_refuses_the_draft(text, field):
    with pytest.raises(UnsafeHeaderError):
        one_draft(**{field: text})


@pytest.mark.parametrize("text", HEADER_INJECTIONS)
def test_header_injection_by_an_invoice_number_is_refused(text):
    with pytest.raises(UnsafeHeaderError):
        one_draft([batch_line("c1", text)])


@pytest.mark.parametrize("text", MARKUP)
def test_markup_in_data_is_shown_not_run(text):
    message = one_draft([batch_line("c1", text)], contact_name=text)
    tags = Tags()
    tags.feed(body(message, "html"))
    assert not {"script", "img"} & set(tags.names)
    assert text in body(message, "plain")


@pytest.mark.parametrize("text", ALL)
def test_hostile_name_gives_a_whole_draft_or_a_reason(text):
    rows = make_day(batch=[batch_row("c1", customer_name=text, contact_name=text)])
    reminders = render_reminders(rows, "en")
    (entry,) = index_of(reminders)
    if reminders.drafts:
        message = parsed(reminders.drafts[0].content)
        assert message["To"].addresses[0].addr_spec == "anna@client.example"
        assert message["Bcc"] is None
        assert entry["File"] == reminders.drafts[0].path
    else:
        assert entry["Note"].startswith("refused, correct the data: ")


def test_refused_customer_does_not_stop_the_others():
    rows = make_day(
        batch=[batch_row("c1", contact_email="x\r\nBcc: y@z.example"), batch_row("c2")],
        batch_lines=[batch_line("c1", "F-1"), batch_line("c2", "F-2")],
    )
    reminders = render_reminders(rows, "en")
    assert [draft.customer_id for draft in reminders.drafts] == ["c2"]


def test_held_customer_gets_no_draft_and_the_index_says_why(day_rows):
    reminders = render_reminders(day_rows, "en")
    assert [draft.customer_id for draft in reminders.drafts] == ["c1"]
    held = index_of(reminders)[1]
    assert (held["Customer id"], held["Today"], held["Why"], held["Hold until"]) == (
        "c2",
        "Hold",
        "Open support ticket",
        "2026-03-20",
    )
    assert held["File"] == ""


def test_message_id_changes_with_step_only():
    assert one_draft()["Message-ID"] == one_draft()["Message-ID"]
    assert one_draft()["Message-ID"] != one_draft(step="second_reminder")["Message-ID"]


def test_same_rows_give_the_same_bytes(day_rows):
    assert render_reminders(day_rows, "en") == render_reminders(day_rows, "en")


def test_unknown_language_is_written_in_english_and_stated():
    rows = make_day(batch=[batch_row("c1", language="en", requested_language="de")])
    (entry,) = index_of(render_reminders(rows, "en"))
    assert entry["Note"] == "written in English: there are no templates in 'de'"


def test_draft_without_an_address_has_no_recipient_and_says_so():
    rows = make_day(batch=[batch_row("c1", contact_email=None, contact_name=None)])
    reminders = render_reminders(rows, "en")
    assert parsed(reminders.drafts[0].content)["To"] is None
    assert index_of(reminders)[0]["Note"] == "no address known: fill it in"


def test_switched_channel_is_stated():
    rows = make_day(batch=[batch_row("c1", step_channel="call")])
    (entry,) = index_of(render_reminders(rows, "en"))
    assert entry["Note"] == "instead of 'Call': no address for it, or too small an amount"


def test_call_goes_to_the_call_sheet_with_talking_points():
    rows = make_day(
        batch=[
            batch_row("c1", channel="call", step_channel="call", template="call", tone="neutral")
        ]
    )
    reminders = render_reminders(rows, "en")
    assert reminders.drafts == []
    (call,) = csv.DictReader(io.StringIO(reminders.call_sheet.decode(), newline=""))
    assert call["Phone"] == "'+33 1 23 45 67 89"
    assert call["Speaks"] == "French"
    assert call["Invoices"] == "F-100 (€1,200.50)"
    assert call["Broken promises"] == "€1,000.00 for 11 Mar 2026, €400.00 missing"
    assert call["Talking points"].startswith(
        "Recall the promise that was not kept and ask what happened. Ask whether invoice F-100 has "
        "arrived and been approved; it is 34 days past due, for €1,200.50."
    )
    assert call["Why"] == "34 days past due; usually pays 3 days late"


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("tone", ["neutral", "firm"])
@pytest.mark.parametrize("count", [1, 2])
def test_every_call_wording_renders(language, tone, count):
    rows = make_day(
        batch=[batch_row("c1", channel="call", template="call", tone=tone, language=language)],
        batch_lines=[batch_line("c1", f"F-{n}") for n in range(count)],
    )
    assert b"F-0" in render_reminders(rows, "en").call_sheet


@pytest.mark.parametrize(
    ("locale", "words"),
    [("en", "it is due on 15 Mar 2026"), ("fr", "son échéance est le 15 mars 2026")],
)
def test_call_before_the_due_date_speaks_of_no_delay(locale, words):
    rows = make_day(
        batch=[batch_row("c1", channel="call", template="call", tone="friendly")],
        batch_lines=[
            batch_line("c1", "F-1", days_past_due=-3, due_date=AS_OF + dt.timedelta(days=3))
        ],
    )
    assert words in render_reminders(rows, locale).call_sheet.decode()


def test_call_list_names_disputes_and_leaves_them_aside():
    rows = make_day(
        batch=[batch_row("c1", channel="call", template="call", tone="neutral")],
        holds=[
            hold("c1", "dispute", "10.00", invoice_number="F-9"),
            hold("c1", "dispute", "10.00", invoice_number="F-8", is_overridden=True),
        ],
    )
    (call,) = csv.DictReader(
        io.StringIO(render_reminders(rows, "en").call_sheet.decode(), newline="")
    )
    assert call["Disputes"] == "F-9 since 1 Mar 2026"
    assert "Leave the disputed amount aside" in call["Talking points"]


def test_untreated_arm_of_an_experiment_is_not_given_away():
    rows = make_day(
        batch=[
            batch_row(
                "c1",
                decision="wait",
                decision_reason="holdout",
                experiment_arm="holdout",
                asked_amounts="[]",
            )
        ]
    )
    index = render_reminders(rows, "en").index.decode()
    assert "no step planned today" in index
    assert "holdout" not in index
    assert b"holdout" not in digest_json(rows, "en") + at_risk_csv(rows, "en")


def test_task_list_is_in_the_language_of_the_team():
    row = batch_row("c1", channel="slack_task", step_channel="slack_task", template="call")
    rows = make_day(batch=[{**row, "account_owner": None}])
    reminders = render_reminders(rows, "en")
    (task,) = csv.DictReader(io.StringIO(reminders.task_list.decode(), newline=""))
    assert task["Account owner"] == ""
    assert task["Talking points"].startswith("Recall the promise")
    (entry,) = index_of(reminders)
    assert entry["File"] == "reminders/task_list.csv"
    assert entry["Note"] == "no account owner known: assign it"


def test_sender_shows_what_is_configured_and_nothing_else():
    bare, full = one_draft(), one_draft(sender=full_sender())
    assert "IBAN" not in body(bare, "plain") + body(bare, "html")
    assert "Nos coordonnées bancaires figurent sur la facture." in body(bare, "plain")
    for kind in ("plain", "html"):
        assert "FR76 3000 6000 0112 3456 7890 189" in body(full, kind)
        assert "Claire Petit, comptabilité clients" in body(full, kind)
        assert "figurent sur la facture" not in body(full, kind)
    assert full["From"] == full["Reply-To"] == "Lumière Logiciels SAS <compta@lumiere.example>"
    assert full["Message-ID"].endswith("@lumiere.example>")
    assert bare["Message-ID"].endswith("@encours.invalid>")
    assert full["Message-ID"].split("@")[0] == bare["Message-ID"].split("@")[0]


def test_payment_link_stands_beside_each_invoice_or_once():
    lines = [batch_line("c1", "F/1"), batch_line("c1", "F 2")]
    each = one_draft(lines, sender=Sender(payment_link="https://pay.example/?f={invoice_number}"))
    once = one_draft(lines, sender=Sender(payment_link="https://pay.example/me"))
    for kind in ("plain", "html"):
        assert "https://pay.example/?f=F%2F1" in body(each, kind)
        assert "https://pay.example/?f=F%202" in body(each, kind)
        assert body(once, kind).count("https://pay.example/me") == 1


def test_charges_are_lines_of_their_own_in_each_currency():
    message = one_draft(
        [batch_line("c1", "F-1"), batch_line("c1", "F-2", currency="USD")],
        language="en",
        charges=[
            charge("F-1", "13.59", "40.00"),
            # The law fixes the fee in euros, whatever the invoice is in.
            charge("F-2", "4.74", "40.00", currency="USD"),
        ],
        asked_amounts="[]",
    )
    lines = [
        line.rsplit(maxsplit=1) for line in body(message, "plain").splitlines() if "  " in line
    ]
    sums = [(label.strip(), amount) for label, amount in lines if not label.startswith("F-")][1:]
    assert sums == [
        ("Principal", "€1,200.50"),
        ("Late-payment interest", "€13.59"),
        ("Fixed compensation", "€80.00"),
        ("Total claimed", "€1,294.09"),
        ("Principal", "US$1,200.50"),
        ("Late-payment interest", "US$4.74"),
        ("Total claimed", "US$1,205.24"),
    ]
    assert "L441-10" in body(message, "plain")


def test_charges_in_another_currency_than_the_invoice_stop_the_message():
    with pytest.raises(ValueError, match="invoice 'id-F-1' is in EUR, its charges in USD"):
        one_draft([batch_line("c1", "F-1")], charges=[charge("F-1", "1", None, currency="USD")])


def test_unchecked_rate_is_told_to_who_reads_the_index():
    rows = make_day(interest=[period("F-100", AS_OF, 1, "0.40", is_rate_verified=False)])
    assert index_of(render_reminders(rows, "en"))[0]["Note"].startswith("interest rests on a rate")


def test_long_numbers_are_listed_below_each_other():
    text = body(one_draft([batch_line("c1", "F" * 60)], language="en"), "plain")
    assert f"Invoice {'F' * 60}\n  Issued 7 Jan 2026, Due 6 Feb 2026 (+34 d)" in text
    assert "Total: €1,200.50" in text


def test_html_holds_no_remote_content():
    html = body(one_draft(sender=full_sender()), "html")
    assert "src=" not in html and "url(" not in html and "@import" not in html
