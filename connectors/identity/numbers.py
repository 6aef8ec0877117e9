"""VAT numbers and company registration numbers: one spelling, wrong ones refused.

Belongs here: forms and check digits by country, as SQL expressions. Does not belong here: matching.

Sources: SIREN, SIRET and the key of a French VAT number (INSEE; CGI annexe IV); forms of the Union's
VAT numbers as the Commission's VIES lists them; Belgian numbers modulo 97; Italian numbers by Luhn.
"""

from __future__ import annotations

from connectors.identity.normalise import luhn
from connectors.validation import quoted

# What follows the country's letters. VIES writes Greece as EL.
_VAT_FORMS = {
    "AT": r"U\d{8}",
    "BE": r"[01]\d{9}",
    "BG": r"\d{9,10}",
    "CH": r"E\d{9}",
    "CY": r"\d{8}[A-Z]",
    "CZ": r"\d{8,10}",
    "DE": r"\d{9}",
    "DK": r"\d{8}",
    "EE": r"\d{9}",
    "EL": r"\d{9}",
    "ES": r"[A-Z0-9]\d{7}[A-Z0-9]",
    "FI": r"\d{8}",
    "FR": r"[0-9A-Z]{2}\d{9}",
    "GB": r"(\d{9}|\d{12}|GD\d{3}|HA\d{3})",
    "HR": r"\d{11}",
    "HU": r"\d{8}",
    "IE": r"\d[0-9A-Z]\d{5}[A-Z]{1,2}",
    "IT": r"\d{11}",
    "LT": r"(\d{9}|\d{12})",
    "LU": r"\d{8}",
    "LV": r"\d{11}",
    "MT": r"\d{8}",
    "NL": r"\d{9}B\d{2}",
    "NO": r"\d{9}",
    "PL": r"\d{10}",
    "PT": r"\d{9}",
    "RO": r"\d{2,10}",
    "SE": r"\d{12}",
    "SI": r"\d{8}",
    "SK": r"\d{10}",
    "XI": r"(\d{9}|\d{12})",
}
# One digit over and over, or 123456789: what people type where a number is asked for.
_DUMMY = (
    "(regexp_replace({0}, '[^0-9]', '', 'g') in ('123456789', '1234567890', '12345678', '0123456789')"
    + (" or len(list_distinct(string_split(regexp_replace({0}, '[^0-9]', '', 'g'), ''))) = 1)")
)


def compact(text: str) -> str:
    """SQL: letters and digits only, upper case; null where nothing is left."""
    return f"nullif(regexp_replace(upper({text}), '[^0-9A-Z]', '', 'g'), '')"


def vat_with_country(text: str, country: str) -> str:
    """SQL: a VAT number with its country's letters; `checked_vat` says whether it can be one.

    Args:
        text: A SQL expression of text.
        country: An expression of the party's ISO country code, used where the letters are left out.
    """
    number = f"regexp_replace({compact(text)}, '(MWST|TVA|IVA|MVA)$', '')"
    letters = f"case {country} when 'GR' then 'EL' when 'CH' then 'CHE' else {country} end"
    prefixed = (
        f"case when regexp_matches({number}, '^[0-9]') then {letters} || {number} else {number} end"
    )
    # Belgium's older numbers lack their first 0.
    return (
        rf"regexp_replace(regexp_replace({prefixed}, '^GR(\d)', 'EL\1'), '^BE(\d{{9}})$', 'BE0\1')"
    )


def checked_vat(number: str) -> str:
    """SQL: the number of `vat_with_country`, null where its form or check digits are wrong."""
    forms = "|".join(f"{code}{form}" for code, form in _VAT_FORMS.items())
    siren, body = f"right({number}, 9)", f"substr({number}, 3)"
    key = f"try_cast(substr({number}, 3, 2) as int)"
    # A French key may hold letters; then only the SIREN is checked.
    french = (
        f"{luhn(siren)} and coalesce({key} = (12 + 3 * (try_cast({siren} as int) % 97)) % 97, true)"
    )
    belgian = f"97 - try_cast(left({body}, 8) as int) % 97 = try_cast(right({body}, 2) as int)"
    return (
        f"case when not regexp_full_match({number}, {quoted(forms)}) or {_DUMMY.format(number)} then null"
        f" when case left({number}, 2) when 'FR' then {french} when 'BE' then {belgian}"
        f" when 'IT' then {luhn(body)} else true end then {number} end"
    )


def company_key(number: str, vat: str, country: str) -> str:
    """SQL: the registration number of a company with its register's country, null where not sure.

    A SIREN is the first nine digits of a SIRET and the last nine of a French VAT number. Nine or
    fourteen digits that pass its check are taken for one where the country is unknown.

    Args:
        number: A SQL expression of the company number as written.
        vat: An expression of a checked VAT number.
        country: An expression of the ISO country code.
    """
    plain = compact(number)
    digits = f"regexp_replace({plain}, '^(SIREN|SIRET|FR|RCS)', '')"
    is_siren = rf"regexp_full_match({digits}, '\d{{9}}|\d{{14}}') and {luhn(f'left({digits}, 9)')}"
    # German register numbers are counted by each court: without the court they are not one company's.
    without_court = rf"{country} = 'DE' and regexp_full_match({plain}, '(HR[AB])?\d+B?')"
    padded = f"case when {country} = 'GB' then lpad({plain}, 8, '0') else ltrim({plain}, '0') end"
    return (
        f"case when {plain} is not null and not {_DUMMY.format(plain)} and coalesce({country}, 'FR') = 'FR'"
        f" and {is_siren} then 'FR:' || left({digits}, 9)"
        f" when {country} <> 'FR' and not {_DUMMY.format(plain)} and not ({without_court})"
        rf" and regexp_matches({plain}, '\d{{4}}') and len(ltrim({plain}, '0')) >= 5"
        f" then {country} || ':' || {padded}"
        f" when {vat} like 'FR%' then 'FR:' || right({vat}, 9) end"
    )
