"""`[late_payment]`: whether late invoices bear interest and a fixed fee, by which law, for whom.

Belongs here: the shape of the table. Does not belong here: what stops or accompanies a day that
charges (`late_payment_checks`), published rates and arithmetic (dbt_project, `late_payment`).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Rate = Annotated[Decimal, Field(max_digits=9, decimal_places=6)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _below_one(rate: Decimal | None) -> Decimal | None:
    if rate is not None and not -1 < rate < 1:
        raise ValueError(f"{rate} is not a rate of 0 to 1; write 0.12 for 12 % a year")
    return rate


class LatePaymentRate(_Table):
    """`[[late_payment.rates]]`: the rates of one half-year, entered by the company.

    They take the place of the published ones of that half-year.

    Attributes:
        semester: `2027-S1` begins on 1 January, `2027-S2` on 1 July.
        reference_rate: Of the central bank that the regime names, in force at the regime's day;
            0 to 1 a year.
        legal_rate: French legal rate of professional creditors, the floor of a contract's rate.
        source: Where it was read, for whoever asks.
        verified: Checked against the central bank, or the decree, itself.
    """

    semester: Annotated[str, Field(pattern=r"^20\d\d-S[12]$")]
    reference_rate: Rate | None = None
    legal_rate: Rate | None = None
    source: str = Field(min_length=1)
    verified: bool = False

    _check_rates = field_validator("reference_rate", "legal_rate")(_below_one)

    @model_validator(mode="after")
    def _check_something(self) -> LatePaymentRate:
        if self.reference_rate is None and self.legal_rate is None:
            raise ValueError(f"{self.semester} has neither reference_rate nor legal_rate")
        return self


class LatePaymentTable(_Table):
    """`[late_payment]`: absent, nothing is charged. Invoices between businesses only.

    Attributes:
        regime: Which law: `fr_b2b` (Code de commerce L441-10 and D441-5), `eu_directive`
            (Directive 2011/7/EU, its statutory rate), `uk` (Late Payment of Commercial Debts
            (Interest) Act 1998) or the `contract`'s own rate.
        contract_yearly_rate: Simple interest a year, 0 to 1; with regime `contract` only.
        contract_law: Whose law the contract is under. `fr`: at least three times the legal rate
            (L441-10 II); `fr` and `eu`: the fixed fee of 40 EUR is due beside it; `other`: no fee.
        fixed_fee: Whether the fixed fee is asked for as well.
        countries: Customers of these countries (ISO 3166, two letters) are charged; one whose
            country is not known is not.
        segments: Only customers of these segments; empty, of any.
        excluded_customer_ids: Never charged: consumers, public bodies with rules of their own.
        excluded_segments: Never charged, such as a segment of consumers.
        rates: Half-years the product does not know, or knows otherwise.
    """

    regime: Literal["fr_b2b", "eu_directive", "uk", "contract"]
    contract_yearly_rate: Rate | None = None
    contract_law: Literal["fr", "eu", "other"] | None = None
    fixed_fee: bool = False
    countries: Annotated[list[str], Field(min_length=1)]
    segments: list[str] = []
    excluded_customer_ids: list[str] = []
    excluded_segments: list[str] = []
    rates: list[LatePaymentRate] = []

    _check_rate = field_validator("contract_yearly_rate")(_below_one)

    @field_validator("countries")
    @classmethod
    def _check_countries(cls, codes: list[str]) -> list[str]:
        from babel import Locale

        known = {str(code) for code in Locale("en").territories}
        for code in codes:
            if len(code) != 2 or code not in known - {"EU", "EZ", "UN", "ZZ"}:
                raise ValueError(f"'{code}' is not an ISO 3166 country code such as FR")
        return codes

    @field_validator("rates")
    @classmethod
    def _check_semesters(cls, rates: list[LatePaymentRate]) -> list[LatePaymentRate]:
        semesters = [rate.semester for rate in rates]
        for semester in semesters:
            if semesters.count(semester) > 1:
                raise ValueError(f"{semester} is there twice")
        return rates

    @model_validator(mode="after")
    def _check_regime(self) -> LatePaymentTable:
        if self.regime != "contract":
            for key in ("contract_yearly_rate", "contract_law"):
                if getattr(self, key) is not None:
                    raise ValueError(f"{key} is for regime contract, and regime is {self.regime}")
            return self
        if self.contract_yearly_rate is None or self.contract_yearly_rate <= 0:
            raise ValueError(
                "regime contract needs contract_yearly_rate above 0, such as 0.12 for 12 %"
            )
        if self.contract_law is None:
            raise ValueError("regime contract needs contract_law: fr, eu or other")
        if self.fixed_fee and self.contract_law == "other":
            raise ValueError(
                "fixed_fee has no law to rest on with contract_law other; in the UK a contract's own"
                " interest takes the place of the Act's, fee included"
            )
        return self
