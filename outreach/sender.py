"""Who writes: the company as its letters and e-mails show it.

Belongs here: the shape of `[sender]` in the configuration and the text forms of its parts. Does not
belong here: layout (templates), delivery settings.
"""

from __future__ import annotations

import re
import string
import unicodedata
from typing import Annotated
from urllib.parse import quote, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, field_validator

from outreach.safe_text import UnsafeHeaderError, header_text, mail_address

PLACEHOLDER = "{invoice_number}"
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}")


def _shown(text: str) -> str:
    # One rule for all: what is shown may also end in a mail header.
    if not text.strip():
        raise ValueError("is empty; leave the key out instead")
    try:
        return header_text(text)
    except UnsafeHeaderError as error:
        raise ValueError(f"{error}; write it on one line of plain characters") from None


Shown = Annotated[str, AfterValidator(_shown)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Bank(_Part):
    """Where to pay.

    Attributes:
        holder: account holder; the sender where absent.
        iban: International Bank Account Number, checked by its own digits (ISO 13616).
        bic: Business Identifier Code (ISO 9362).
        bank_name: name of the bank.
    """

    holder: Shown | None = None
    iban: str
    bic: str | None = None
    bank_name: Shown | None = None

    @field_validator("iban")
    @classmethod
    def _check_iban(cls, text: str) -> str:
        iban = re.sub(r"\s", "", text).upper()
        # Country and check digits go last, letters count from 10; the whole leaves 1 modulo 97.
        if not _IBAN.fullmatch(iban):
            raise ValueError(f"'{text}' is not an IBAN such as FR76 3000 6000 0112 3456 7890 189")
        figures = "".join(str(int(character, 36)) for character in iban[4:] + iban[:4])
        if int(figures) % 97 != 1:
            raise ValueError(f"'{text}' fails the check of its own digits: a digit is mistyped")
        return iban

    @field_validator("bic")
    @classmethod
    def _check_bic(cls, text: str | None) -> str | None:
        if text is None:
            return None
        bic = re.sub(r"\s", "", text).upper()
        if not _BIC.fullmatch(bic):
            raise ValueError(f"'{text}' is not a BIC of 8 or 11 characters such as AGRIFRPP")
        return bic

    @property
    def grouped_iban(self) -> str:
        """The IBAN in groups of four, as people read and type it."""
        return " ".join(self.iban[start : start + 4] for start in range(0, len(self.iban), 4))


class Sender(_Part):
    """Who writes; every part is optional and a message shows what is configured, nothing else.

    Attributes:
        legal_name: name on letters and in the From header; the company's where absent.
        address: lines of the postal address, without the name.
        registration: such as "SAS au capital de 10 000 € · 852 379 890 RCS Paris".
        email: address customers answer to.
        phone: as it should be dialled.
        signatory: who signs, with the function: "Claire Petit, comptabilité clients".
        bank: where to pay; without it a message refers to the invoice.
        payment_link: https address, the same for all, or one an invoice with `{invoice_number}`.
    """

    legal_name: Shown | None = None
    address: tuple[Shown, ...] = ()
    registration: Shown | None = None
    email: str | None = None
    phone: Shown | None = None
    signatory: Shown | None = None
    bank: Bank | None = None
    payment_link: str | None = None

    @field_validator("email")
    @classmethod
    def _check_email(cls, text: str | None) -> str | None:
        try:
            return None if text is None else mail_address(text)
        except UnsafeHeaderError as error:
            raise ValueError(str(error)) from None

    @field_validator("payment_link")
    @classmethod
    def _check_link(cls, text: str | None) -> str | None:
        if text is None:
            return None
        try:
            fields = {field for _, field, _, _ in string.Formatter().parse(text)} - {None}
        except ValueError as error:
            raise ValueError(f"{error} in '{text}'") from None
        if not fields <= {"invoice_number"} or text.count("{") != text.count(PLACEHOLDER):
            raise ValueError(f"'{text}' has another placeholder than {PLACEHOLDER}")
        address = urlsplit(text)
        if (
            address.scheme != "https"
            or not address.hostname
            or "{" in address.netloc
            or any(character.isspace() or character in "<>\"'" for character in text)
            or any(unicodedata.category(character) == "Cc" for character in text)
        ):
            raise ValueError(f"'{text}' is not an https address such as https://pay.example/")
        return text

    @property
    def mail_domain(self) -> str | None:
        """Domain of the sender's address, for Message-IDs; none where no address is configured."""
        return self.email.rpartition("@")[2].lower() if self.email else None

    def payment_links(self, invoice_numbers: list[str]) -> list[str | None]:
        """Return the payment link of each invoice; the number is percent-encoded, never parsed."""
        if self.payment_link is None or not self.is_link_per_invoice:
            return [None for _ in invoice_numbers]
        return [
            self.payment_link.replace(PLACEHOLDER, quote(number, safe=""))
            for number in invoice_numbers
        ]

    @property
    def is_link_per_invoice(self) -> bool:
        """Whether the payment link names an invoice."""
        return self.payment_link is not None and PLACEHOLDER in self.payment_link
