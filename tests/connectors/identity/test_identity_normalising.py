"""Names, domains and numbers in one spelling, and what is refused as saying nothing."""

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.identity import normalise, numbers

CONNECTION = duckdb.connect()


def value(expression: str, **texts: str | None):
    columns = ", ".join(f"cast(${name} as varchar) as {name}" for name in texts)
    return CONNECTION.execute(f"select {expression} from (select {columns})", texts).fetchall()[0][
        0
    ]


def core(name: str | None) -> str | None:
    return value(normalise.core_name(normalise.plain_name("name")), name=name)


def form(name: str) -> str | None:
    return value(normalise.legal_form(normalise.plain_name("name")), name=name)


def domain(text: str) -> str | None:
    return value(normalise.domain("text"), text=text)


def vat(text: str, country: str | None = None) -> str | None:
    written = numbers.vat_with_country("text", "country")
    return value(numbers.checked_vat(f"({written})"), text=text, country=country)


def company(number: str | None, country: str | None = None, vat_number: str | None = None):
    return value(
        numbers.company_key("number", "vat", "country"),
        number=number,
        vat=vat_number,
        country=country,
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Société Générale SA", "societe generale"),
        ("Cafe\u0301 Noir", "cafe noir"),
        ("ＡＢＣ\u3000ＧｍｂＨ", "abc"),
        ("Straße AG", "strasse"),
        ("A. P. Møller - Mærsk A/S", "a p moller maersk"),
        ("İstanbul Ltd. Şti.", "istanbul"),
        ("Łódź Sp. z o.o.", "lodz"),
        ("株式会社トヨタ", "トヨタ"),
        ("トヨタ㈱", "トヨタ"),
        ("ООО Ромашка", "ромашка"),
        ("O’Neil’s & Sons, Inc.", "oneils and sons"),
        ("O'Neil's and Sons", "oneils and sons"),
        ("Dupont & Fils", "dupont and fils"),
        ("DUPONT ET FILS SARL", "dupont and fils"),
        ("S.A.R.L. Dupont", "dupont"),
        ("Müller GmbH & Co. KG", "muller"),
        ("Data\u200bDog,\u00a0Inc", "datadog"),
        ("So\u00adciete\u202f X", "societe x"),
        ("ﬁnance Oy", "finance"),
        ("E Corp", "e"),
        ("SAS", "sas"),
        ("AS Roma", "as roma"),
        ("AG Insurance NV", "ag insurance"),
        ("...", None),
        ("", None),
        (None, None),
    ],
)
def test_a_name_is_one_name_however_it_is_written(name, expected):
    assert core(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Dupont S.A.R.L.", "sarl"),
        ("EURL Dupont", "sarl"),
        ("Dupont SASU", "sas"),
        ("Acme Limited", "ltd"),
        ("Müller GmbH & Co. KG", "gmbh and co kg"),
        ("Dupont", None),
        ("SAS", None),
    ],
)
def test_the_legal_form_is_kept_apart_in_one_spelling(name, expected):
    assert form(name) == expected


def test_letters_that_only_look_alike_stay_different():
    assert core("АСМЕ") != core("ACME")


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=40))
def test_any_text_has_a_normal_form_that_is_its_own(name):
    plain = value(normalise.plain_name("name"), name=name.replace("\0", ""))
    if plain is not None:
        assert plain == plain.strip() and "  " not in plain
        assert core(name.replace("\0", ""))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ACME.fr ", "acme.fr"),
        ("https://www.acme.fr/contact?x=1", "acme.fr"),
        ("jane@mail.acme.co.uk", "acme.co.uk"),
        ("acme.fr:8080", "acme.fr"),
        ("acme.fr.", "acme.fr"),
        ("mail.com", "mail.com"),
        ("localhost", None),
        ("10.0.0.1", None),
        ("not a domain.fr", None),
        ("", None),
    ],
)
def test_a_domain_is_what_stands_behind_addresses_of_mail_and_web(text, expected):
    assert domain(text) == expected


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("FR 40 303 265 045", None, "FR40303265045"),
        ("fr40.303.265.045", None, "FR40303265045"),
        ("40303265045", "FR", "FR40303265045"),
        ("FR41303265045", None, None),
        ("FR40303265046", None, None),
        ("FRK7303265045", None, "FRK7303265045"),
        ("BE 0403.091.220", None, "BE0403091220"),
        ("403.091.220", "BE", "BE0403091220"),
        ("BE0403091221", None, None),
        ("IT00743110157", None, "IT00743110157"),
        ("IT00743110158", None, None),
        ("GR 094259216", None, "EL094259216"),
        ("CHE-116.281.710 MWST", None, "CHE116281710"),
        ("DE136695976", None, "DE136695976"),
        ("DE123456789", None, None),
        ("DE999999999", None, None),
        ("FR00000000000", None, None),
        ("N/A", "FR", None),
        ("12345", "FR", None),
    ],
)
def test_a_vat_number_has_its_countrys_form_and_check_digits_or_is_none(text, country, expected):
    assert vat(text, country) == expected


@pytest.mark.parametrize(
    ("number", "country", "vat_number", "expected"),
    [
        ("303 265 045", "FR", None, "FR:303265045"),
        ("303 265 045 00018", "FR", None, "FR:303265045"),
        ("303265045", None, None, "FR:303265045"),
        ("303265046", None, None, None),
        (None, "FR", "FR40303265045", "FR:303265045"),
        ("1234567", "GB", None, "GB:01234567"),
        ("01234567", "GB", None, "GB:01234567"),
        ("123456789", "US", None, None),
        ("98-7654321", "US", None, "US:987654321"),
        ("HRB 12345", "DE", None, None),
        ("000000000", "FR", None, None),
        ("42", "US", None, None),
    ],
)
def test_a_company_number_is_its_registers_or_nothing(number, country, vat_number, expected):
    assert company(number, country, vat_number) == expected


def test_luhn_is_that_of_the_standard():
    # The example of ISO/IEC 7812-1: 7992739871 has the check digit 3.
    assert [value(normalise.luhn("d"), d=f"7992739871{digit}") for digit in range(10)] == [
        digit == 3 for digit in range(10)
    ]


def test_free_mail_domains_are_domains_in_lower_case_and_no_suffix_is_one():
    free = normalise.words("free_mail_domains.txt")
    assert len(free) == len(set(free)) > 250
    assert [entry for entry in free if domain(entry) != entry] == []
    assert not set(free) & set(normalise.words("shared_suffixes.txt"))


def test_every_legal_form_is_written_as_names_are_after_normalisation():
    forms = normalise.legal_forms()
    assert [f for f in forms if value(normalise.plain_name("f"), f=f) != f] == []
    assert [kind for kind, _ in forms.values() if kind in forms and forms[kind][0] != kind] == []
