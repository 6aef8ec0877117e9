"""Who writes: what the configuration takes and refuses."""

import pytest
from pydantic import ValidationError

from outreach.sender import Bank, Sender

IBAN = "FR7630006000011234567890189"


def test_iban_is_shown_in_groups_of_four_however_it_is_typed():
    for text in (IBAN, "fr76 3000 6000 0112 3456 7890 189"):
        assert Bank(iban=text).grouped_iban == "FR76 3000 6000 0112 3456 7890 189"


@pytest.mark.parametrize(
    ("part", "value", "said"),
    [
        ("iban", IBAN[:-1] + "8", "a digit is mistyped"),
        ("iban", "12345", "is not an IBAN"),
        ("bic", "AGRI", "is not a BIC"),
    ],
)
def test_mistyped_bank_details_are_refused(part, value, said):
    with pytest.raises(ValidationError, match=said):
        Bank(**{"iban": IBAN, part: value})


@pytest.mark.parametrize(
    "link",
    [
        "http://pay.example/",
        "javascript:alert(1)",
        "https://",
        "https://pay.example/{customer}",
        "https://pay.example/{invoice_number.x}",
        "https://pay.example/{invoice_number!r}",
        "https://{invoice_number}/",
        "https://pay.example/{",
        "https://pay.example/ x",
        'https://pay.example/"x',
    ],
)
def test_payment_link_is_https_with_one_known_placeholder(link):
    with pytest.raises(ValidationError):
        Sender(payment_link=link)


def test_number_in_a_payment_link_is_data():
    sender = Sender(payment_link="https://pay.example/{invoice_number}?a=1")
    assert sender.payment_links(["../x?y=1&z #{invoice_number}"]) == [
        "https://pay.example/..%2Fx%3Fy%3D1%26z%20%23%7Binvoice_number%7D?a=1"
    ]


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("legal_name", "Lumière\r\nBcc: x@y.example"),
        ("signatory", ""),
        ("email", "a@b"),
        ("address", ["12 rue", "x\ny"]),
        ("fax", "1"),
    ],
)
def test_what_would_forge_a_header_or_is_unknown_is_refused(part, value):
    with pytest.raises(ValidationError):
        Sender.model_validate({part: value})
