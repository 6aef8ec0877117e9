"""What the configuration declares of a FEC, and the names the format's law fixes.

Belongs here: the validated form of `[sources.fec]`, the columns of LPF art. A47 A-1. Does not belong
here: opening files (`reading`), what an account means (`classification`).
"""

from __future__ import annotations

import codecs
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from connectors.validation import known_currencies

NAME = "fec"

# The eighteen columns in the law's order, under the names they have in raw.
COLUMNS = {
    "journalcode": "journal_code",
    "journallib": "journal_label",
    "ecriturenum": "entry_number",
    "ecrituredate": "entry_date_text",
    "comptenum": "account",
    "comptelib": "account_label",
    "compauxnum": "auxiliary",
    "compauxlib": "auxiliary_label",
    "pieceref": "piece",
    "piecedate": "piece_date_text",
    "ecriturelib": "label",
    "debit": "debit_text",
    "credit": "credit_text",
    "ecriturelet": "lettering",
    "datelet": "lettering_date_text",
    "validdate": "validation_date_text",
    "montantdevise": "foreign_amount_text",
    "idevise": "foreign_currency",
}
# The law lets an amount and its side take the place of the two amounts.
AMOUNT_AND_SIDE = ("montant", "sens")
# Dolibarr's due date; other appended columns are kept and not read.
DUE_DATE_HEADING = "datelimitreglmt"

Days = Annotated[int, Field(ge=0, le=3650)]
Prefixes = Annotated[tuple[str, ...], Field(min_length=1)]


class FecSource(BaseModel):
    """The `[sources.fec]` table of the configuration.

    Attributes:
        path: A FEC, or a folder with one of each year; absolute once resolved.
        encoding: Python codec name of the files.
        file_encodings: File name to codec, for years written by another package.
        currency: ISO 4217 code of the books.
        decimal: Decimal mark; the law's is the comma.
        closing_dates: File name to closing date, for files not named `<SIREN>FEC<AAAAMMJJ>`.
        default_terms_days: Days to pay where neither the file nor `customer_terms` says; the legal
            default is 30 (Code de commerce, art. L441-10).
        customer_terms: Customer code (CompAuxNum, else CompteNum) to days to pay.
        customer_account_prefixes: Accounts of customers.
        bill_account_prefixes: Bills of exchange receivable: still owed, not cash.
        doubtful_account_prefixes: Doubtful customers: still owed, with their age.
        opening_journals: Journal codes of opening balances.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Path
    encoding: str
    file_encodings: dict[str, str] = {}
    currency: str
    decimal: Literal[",", "."] = ","
    closing_dates: dict[str, date] = {}
    default_terms_days: Days = 30
    customer_terms: dict[str, Days] = {}
    customer_account_prefixes: Prefixes = ("411",)
    bill_account_prefixes: tuple[str, ...] = ("413",)
    doubtful_account_prefixes: tuple[str, ...] = ("416",)
    opening_journals: tuple[str, ...] = ("AN", "ANO", "RAN", "AD")

    @field_validator("encoding")
    @classmethod
    def _check_encoding(cls, name: str) -> str:
        try:
            codecs.lookup(name)
        except LookupError:
            raise ValueError(f"'{name}' is not a codec such as utf-8 or iso8859-15") from None
        return name

    @field_validator("file_encodings")
    @classmethod
    def _check_encodings(cls, names: dict[str, str]) -> dict[str, str]:
        return {file: cls._check_encoding(name) for file, name in names.items()}

    @field_validator("currency")
    @classmethod
    def _check_currency(cls, code: str) -> str:
        if code not in known_currencies():
            raise ValueError(f"'{code}' is not an ISO 4217 code such as EUR")
        return code

    @field_validator(
        "customer_account_prefixes", "bill_account_prefixes", "doubtful_account_prefixes"
    )
    @classmethod
    def _check_prefixes(cls, prefixes: tuple[str, ...]) -> tuple[str, ...]:
        for prefix in prefixes:
            if not prefix.isdigit():
                raise ValueError(f"'{prefix}' is not the beginning of an account such as 411")
        return prefixes

    @property
    def receivable_prefixes(self) -> tuple[str, ...]:
        """Accounts on which a customer owes: its own, its bills, its doubtful debt."""
        return (
            *self.customer_account_prefixes,
            *self.bill_account_prefixes,
            *self.doubtful_account_prefixes,
        )

    def encoding_of(self, path: Path) -> str:
        """The codec declared for a file."""
        return self.file_encodings.get(path.name, self.encoding)
