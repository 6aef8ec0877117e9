"""A day that charges interest: what stops it, and what a reader of its charges must know.

Belongs here: rates that are missing, below the law, unverified or about to change. Does not belong
here: the settings (`late_payment`), arithmetic (dbt_project, `late_payment`).
"""

from __future__ import annotations

from datetime import date

import duckdb

from orchestration.config import Company
from orchestration.late_payment import LatePaymentTable
from outreach.day import Locale

_UNVERIFIED = (
    "Late-payment interest uses rates that nobody has checked ({semesters}): check them before a"
    " notice leaves, and enter them with verified = true under [[late_payment.rates]].",
    "Les intérêts de retard reposent sur des taux que personne n'a vérifiés ({semesters}) : les"
    " vérifier avant tout envoi d'une mise en demeure, puis les saisir avec verified = true sous"
    " [[late_payment.rates]].",
)
_NEW_LAW = (
    "Code de commerce L441-10 has a new version from {day}: check rates and fixed fee against it"
    " before a notice leaves.",
    "L'article L441-10 du Code de commerce a une nouvelle version à compter du {day} : vérifier taux"
    " et indemnité avant tout envoi d'une mise en demeure.",
)


def contradictions(settings: LatePaymentTable | None) -> list[str]:
    """Settings that cannot be meant as they stand, one line each with its remedy.

    Args:
        settings: `[late_payment]`; None where nothing is charged.
    """
    if settings is None:
        return []
    lines = []
    if both := sorted(set(settings.segments) & set(settings.excluded_segments)):
        lines.append(
            f"late_payment: {', '.join(both)} in segments and in excluded_segments. Name each once."
        )
    if settings.regime == "uk" and not settings.rates:
        lines.append(
            "late_payment: regime uk without [[late_payment.rates]]: no rates of the Bank of England come"
            " with Encours, and the first late invoice would stop the day. Enter those of each half-year."
        )
    unused = "legal_rate" if settings.regime in ("eu_directive", "uk") else "reference_rate"
    needed = "reference_rate" if settings.regime != "contract" else "legal_rate"
    for rate in settings.rates:
        if settings.regime == "contract" and settings.contract_law != "fr":
            lines.append(
                f"late_payment.rates {rate.semester}: regime contract under other than French law uses no"
                " rate of a half-year. Remove it."
            )
        elif settings.regime != "fr_b2b" and getattr(rate, unused) is not None:
            lines.append(
                f"late_payment.rates {rate.semester}: {unused} is not used by regime {settings.regime}."
                " Remove it."
            )
        elif getattr(rate, needed) is None:
            lines.append(
                f"late_payment.rates {rate.semester}: regime {settings.regime} needs {needed}. Add it."
            )
    return lines


def nobody_charged(
    connection: duckdb.DuckDBPyConnection, settings: LatePaymentTable | None
) -> list[str]:
    """A line where no customer of the files is of a country that is charged.

    Args:
        connection: Holds `raw_files.customers`.
        settings: `[late_payment]`; None where nothing is charged.
    """
    if settings is None:
        return []
    [(customers, charged, known)] = connection.execute(
        "select count(*), count(*) filter (where list_contains($countries, country)),"
        " string_agg(distinct country, ', ' order by country) from raw_files.customers",
        {"countries": settings.countries},
    ).fetchall()
    if not customers or charged:
        return []
    return [
        f"late_payment: no customer of the files is in {', '.join(settings.countries)} (their countries:"
        f" {known[:100] if known else 'none given'}): nobody is charged."
    ]


def semesters(first: date, last: date) -> list[str]:
    """The half-years that days touch, from the first day to the last, such as `2026-S2`."""
    numbers = range(2 * first.year + (first.month > 6), 2 * last.year + (last.month > 6) + 1)
    return [f"{number // 2}-S{number % 2 + 1}" for number in numbers]


def refuse_unlawful_interest(company: Company) -> None:
    """Let no interest through whose rate is not known, or is less than the law lets a contract say.

    Raises:
        DbtError: An invoice of the day's messages is charged for days whose half-year has no rate, or
            a contract under French law says less than three times the legal rate (Code de commerce
            L441-10 II); the message names regime, half-years and remedy.
    """
    settings = company.config.late_payment
    if settings is None:
        return
    # Brings Dagster with it, which `encours check` does without.
    from orchestration.dbt_run import DbtError

    with duckdb.connect(str(company.warehouse), read_only=True) as connection:
        # In the UK the day on which interest began decides.
        unrated = connection.execute(
            "select min(period_start_date), max(if(regime = 'uk', first_day, period_end_date))"
            " from (select *, min(period_start_date)"
            " over (partition by invoice_id) as first_day from intermediate.int_late_payment_periods)"
            " where yearly_rate is null group by invoice_id"
        ).fetchall()
        [(first, last)] = connection.execute(
            "select min(period_start_date), max(period_end_date) from intermediate.int_late_payment_periods"
        ).fetchall()
        legal_rates = dict(
            connection.execute(
                "select semester, legal_rate from intermediate.int_late_payment_rates"
                " where regime = 'fr_b2b' and legal_rate is not null"
            ).fetchall()
        )
    if unrated:
        missing = sorted({name for start, end in unrated for name in semesters(start, end)})
        raise DbtError(_missing("reference_rate", settings.regime, missing, len(unrated)))
    rate = settings.contract_yearly_rate
    if settings.contract_law != "fr" or rate is None or first is None:
        return
    charged = semesters(first, last)
    if missing := [name for name in charged if name not in legal_rates]:
        raise DbtError(_missing("legal_rate", settings.regime, missing, None))
    for name in charged:
        if rate < 3 * legal_rates[name]:
            raise DbtError(
                f"late_payment.contract_yearly_rate {rate} is below {(3 * legal_rates[name]).normalize():f},"
                f" three times the legal rate of {name}, which a contract under French law may not go below"
                " (Code de commerce L441-10) and days of that half-year are charged. Correct it in"
                ' encours.toml, or write regime = "fr_b2b".'
            )


def _missing(key: str, regime: str, missing: list[str], invoices: int | None) -> str:
    if invoices is None:
        charged = "days of it are"
    else:
        charged = f"{invoices} invoice{'s' if invoices > 1 else ''} of today's messages would be"
    return (
        f"Regime {regime} has no {key.replace('_', ' ')} for {', '.join(missing)}, and {charged} charged"
        f' interest. Add [[late_payment.rates]] with semester = "{missing[0]}", {key} and source to'
        " encours.toml, or remove [late_payment]."
    )


def late_payment_warnings(
    connection: duckdb.DuckDBPyConnection, day: date, locale: Locale = "en"
) -> list[str]:
    """What a reader of a day's charges must know about the rates behind them.

    Args:
        connection: The publication, or the warehouse.
        day: The business date.
        locale: Language of the words.

    Returns:
        Lines in plain words; none where nothing is charged.
    """
    [(unverified, review_date)] = connection.execute(
        "select string_agg(distinct rate_semester, ', ' order by rate_semester)"
        " filter (where not is_rate_verified),"
        " max(review_date) filter (where review_date <= as_of_date)"
        f" from marts.fct_late_payment_interest where as_of_date = date '{day.isoformat()}'"
    ).fetchall()
    language = 0 if locale == "en" else 1
    lines = []
    if unverified:
        lines.append(_UNVERIFIED[language].format(semesters=unverified))
    if review_date:
        lines.append(_NEW_LAW[language].format(day=review_date))
    return lines
