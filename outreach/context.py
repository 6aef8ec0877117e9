"""What a template may use: text on one line, figures already written, wording already chosen.

Belongs here: rows of one message turned into words and figures, the template environment. Does not
belong here: file formats (`drafts`, `letters`), wording (templates).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from babel.lists import format_list
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from outreach import words
from outreach.claims import Claim, claims, of_invoices
from outreach.day import DayRows, Locale, Row
from outreach.safe_text import one_line

# A remittance line takes 140 characters; above half of it people mistype.
_REFERENCE_LENGTH = 70
_WORDING = ("subject", "greeting", "opening", "closing", "signature")
# Line breaks of the template files; the no-break spaces of figures stay.
_TEMPLATE_SPACE = re.compile(r"[ \t\n]+")
_PARAGRAPH = re.compile(r"\n[ \t]*\n")


def message_context(
    rows: DayRows, row: Row, lines: Sequence[Row], locale: Locale | None = None
) -> dict[str, Any]:
    """Return what the templates of one message may use.

    Args:
        rows: the day.
        row: a row of `fct_reminder_batch` with decision `send`.
        lines: its rows of `fct_reminder_batch_invoices`.
        locale: language of the wording; the customer's when not given.
    """
    locale = locale or row["language"]
    ordered = sorted(lines, key=lambda line: (line["due_date"], line["invoice_id"]))
    numbers = [one_line(line["invoice_number"]) for line in ordered]
    found = claims(ordered, of_invoices(rows.charges, ordered))
    amounts = [
        words.money(claim.principal, claim.currency, locale) for claim in found if claim.principal
    ]
    demanded = [words.money(claim.total, claim.currency, locale) for claim in found]
    links = rows.sender.payment_links(numbers)
    context: dict[str, Any] = {
        "locale": locale,
        "tone": row["tone"],
        "country": row["country"],
        "customer_id": one_line(row["customer_id"]),
        "customer_name": one_line(row["customer_name"]),
        "contact_name": one_line(row["contact_name"]) if row["contact_name"] else None,
        "today": words.day(rows.as_of_date, locale),
        "today_in_words": words.long_day(rows.as_of_date, locale),
        "as_of_date": rows.as_of_date.isoformat(),
        "count": len(ordered),
        "first_number": numbers[0],
        "numbers": format_list(numbers, locale=locale),
        "first_due_date": words.day(ordered[0]["due_date"], locale),
        "oldest_days_past_due": ordered[0]["days_past_due"],
        "asked": format_list(amounts, locale=locale),
        "demanded": format_list(demanded, locale=locale),
        "lines": [_line(line, link, locale) for line, link in zip(ordered, links, strict=True)],
        "claims": [_claim(claim, locale) for claim in found],
        "has_charges": any(claim.has_charges for claim in found),
        "regimes": sorted({row["regime"] for row in of_invoices(rows.charges, ordered)}),
        "interest": [
            _period(entry, ordered, locale) for entry in of_invoices(rows.interest, ordered)
        ],
        "sender": _sender(rows),
        "reference": _reference(numbers, row),
        "payment_link": _payment_link(rows, links),
        "has_links": any(links),
        "postal_address": [
            one_line(line) for line in (row.get("postal_address") or "").splitlines()
        ],
    }
    context |= _wording(f"{locale}/{row['template']}.j2", context)
    return context


@cache
def environment() -> Environment:
    """Return the templates; data is never one of them."""
    # Wording is plain text, escaped where the HTML page shows it.
    return Environment(
        loader=PackageLoader("outreach", "templates"),
        autoescape=select_autoescape(["html.j2"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def render(template: str, context: dict[str, Any]) -> str:
    """Render one of the templates."""
    return environment().get_template(template).render(context)


def _wording(name: str, context: dict[str, Any]) -> dict[str, Any]:
    """Return the wording of a template: `wording` on one line each, `paragraphs` as lists."""
    module = environment().get_template(name).make_module(context)
    parts = {part: str(getattr(module, part)) for part in _WORDING}
    paragraphs = {
        part: [_one_space(piece) for piece in _PARAGRAPH.split(text) if piece.strip()]
        for part, text in parts.items()
    }
    return {
        "wording": {part: " ".join(pieces) for part, pieces in paragraphs.items()},
        "paragraphs": paragraphs,
    }


def _one_space(text: str) -> str:
    return _TEMPLATE_SPACE.sub(" ", text).strip(" ")


def _line(line: Row, link: str | None, locale: Locale) -> dict[str, Any]:
    return {
        "invoice_number": one_line(line["invoice_number"]),
        "invoice_date": words.day(line["invoice_date"], locale),
        "due_date": words.day(line["due_date"], locale),
        "days_past_due": max(line["days_past_due"], 0),
        "amount": words.money(line["open_amount"], line["currency"], locale),
        "link": link,
    }


def _claim(claim: Claim, locale: Locale) -> dict[str, Any]:
    def written(amount: Any) -> str | None:
        return words.money(amount, claim.currency, locale) if amount else None

    return {
        "currency": claim.currency,
        "principal": written(claim.principal),
        "interest": written(claim.interest),
        "fixed_fee": written(claim.fixed_fee),
        "total": words.money(claim.total, claim.currency, locale),
        "has_charges": claim.has_charges,
    }


def _period(entry: Row, lines: Sequence[Row], locale: Locale) -> dict[str, Any]:
    line = next(line for line in lines if line["invoice_id"] == entry["invoice_id"])
    return {
        "invoice_number": one_line(line["invoice_number"]),
        "start": words.day(entry["period_start_date"], locale),
        "end": words.day(entry["period_end_date"], locale),
        "days": entry["days"],
        "balance": words.money(entry["balance_amount"], line["currency"], locale),
        "rate": words.exact_share(entry["yearly_rate"], locale),
        "interest": words.money(entry["interest_amount"], line["currency"], locale),
    }


def _sender(rows: DayRows) -> dict[str, Any]:
    sender, bank = rows.sender, rows.sender.bank
    return {
        "name": one_line(rows.sender_name),
        "address": list(sender.address),
        "registration": sender.registration,
        "email": sender.email,
        "phone": sender.phone,
        "signatory": sender.signatory,
        "bank": bank
        and {
            "holder": one_line(bank.holder or rows.sender_name),
            "iban": bank.grouped_iban,
            "bic": bank.bic,
            "name": bank.bank_name,
        },
    }


def _reference(numbers: list[str], row: Row) -> str:
    """Return what to quote with a payment: the invoices, else the customer's code."""
    joined = ", ".join(numbers)
    return joined if len(joined) <= _REFERENCE_LENGTH else one_line(row["customer_id"])


def _payment_link(rows: DayRows, links: list[str | None]) -> str | None:
    """Return the one link of a message; none where each of several invoices has its own."""
    if not rows.sender.is_link_per_invoice:
        return rows.sender.payment_link
    return links[0] if len(links) == 1 else None
