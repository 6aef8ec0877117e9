"""Names, domains, registration numbers and countries in one spelling each, as SQL expressions.

Belongs here: for a column of text, the expression that brings it to its normal form, null where it
says nothing. Does not belong here: comparing two parties (`deterministic`, `linker`).
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from connectors.validation import quoted

_WORDS = Path(__file__).parent / "words"
# Zero-width characters, soft hyphens and marks of writing direction: there, and not to be seen.
_INVISIBLE = (
    r"[\x{00AD}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2069}\x{FE00}-\x{FE0F}\x{FEFF}]"
)
_FULL_WIDTH = "".join(chr(code) for code in range(0xFF01, 0xFF5F)) + "\u3000"
_ASCII = "".join(chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)) + " "
# Letters that are not a base letter with an accent, so that strip_accents leaves them.
_SINGLE = ("øłđðıħŧ", "olddiht")
_SEVERAL = {
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    "ﬀ": "ff",
    "ﬁ": "fi",
    "ﬂ": "fl",
    "ﬃ": "ffi",
    "ﬄ": "ffl",
    "㈱": "株式会社",
    "(株)": "株式会社",
    "’": "'",
    "‘": "'",
    "ʼ": "'",
    "´": "'",
}
_UNSPACED_FORMS = ("株式会社", "有限会社", "合同会社", "주식회사")


def words(file: str) -> tuple[str, ...]:
    """The words of a data file beside this module, comments left out."""
    return tuple(word for line in _lines(file) for word in line.split())


def _lines(file: str) -> list[str]:
    text = (_WORDS / file).read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.strip() and line[0] != "#"]


def text_list(values: tuple[str, ...]) -> str:
    """A SQL list of text literals."""
    return f"cast([{', '.join(quoted(value) for value in values)}] as varchar[])"


@cache
def legal_forms() -> dict[str, tuple[str, bool]]:
    """Legal forms as they stand in a plain name: which form each is, whether it may come first."""
    forms = {}
    for line in _lines("legal_forms.txt"):
        written, _, same_as = line.partition(" = ")
        form = written.lstrip("^")
        forms[form] = (same_as or form, written.startswith("^"))
    return forms


def plain_name(text: str) -> str:
    """SQL: a name in lower case, without accents, punctuation and ways to write `and`.

    Args:
        text: A SQL expression of text.
    """
    # Most names are ASCII, and need none of what takes the most time.
    sql = (
        f"case when regexp_full_match({text}, '[ -~]*') then lower({text}) else {_folded(text)} end"
    )
    for pattern, replacement in (
        ("&amp;", "&"),
        ("['`.]", ""),
        # A/S, S/A, K/S: forms that keep their two letters together.
        (r"\b([aikps])/([as])\b", r"\1\2"),
        ("&", " and "),
        (r"[^\p{L}\p{N}\p{M}]+", " "),
        (r"^ | $", ""),
        (r"(\S) (?:et|und|och|og|y|e|u) (\S)", r"\1 and \2"),
        (r"^the (\S)", r"\1"),
    ):
        sql = f"regexp_replace({sql}, {quoted(pattern)}, {quoted(replacement)}, 'g')"
    return f"nullif({sql}, '')"


def _folded(text: str) -> str:
    """SQL: text beyond ASCII in lower case, without accents, ligatures and what cannot be seen."""
    sql = f"lower(nfc_normalize(translate({text}, {quoted(_FULL_WIDTH)}, {quoted(_ASCII)})))"
    for letter, spelt in _SEVERAL.items():
        sql = f"replace({sql}, {quoted(letter)}, {quoted(spelt)})"
    sql = f"strip_accents(translate({sql}, {quoted(_SINGLE[0])}, {quoted(_SINGLE[1])}))"
    for form in _UNSPACED_FORMS:
        sql = f"replace({sql}, {quoted(form)}, {quoted(f' {form} ')})"
    return f"regexp_replace({sql}, {quoted(_INVISIBLE)}, '', 'g')"


def _alternatives(is_leading: bool) -> str:
    forms = [form for form, (_, may_lead) in legal_forms().items() if may_lead or not is_leading]
    # The longest first: `gmbh and co kg` before `kg`.
    return "|".join(
        re.escape(form).replace("\\ ", " ") for form in sorted(forms, key=lambda f: (-len(f), f))
    )


def core_name(plain: str) -> str:
    """SQL: a plain name without its legal forms; never empty where the name is not.

    Args:
        plain: An expression in the spelling of `plain_name`.
    """
    trailing = f"(?: (?:{_alternatives(False)}))+$"
    leading = f"^(?:(?:{_alternatives(True)}) )+"
    return f"regexp_replace(regexp_replace({plain}, {quoted(trailing)}, ''), {quoted(leading)}, '')"


def legal_form(plain: str) -> str:
    """SQL: the legal form of a plain name in one spelling, null where it has none.

    Args:
        plain: An expression in the spelling of `plain_name`.
    """
    trailing = f" ({_alternatives(False)})$"
    leading = f"^({_alternatives(True)}) "
    found = (
        f"coalesce(nullif(regexp_extract({plain}, {quoted(trailing)}, 1), ''),"
        f" nullif(regexp_extract({plain}, {quoted(leading)}, 1), ''))"
    )
    same = ", ".join(f"{quoted(form)}: {quoted(kind)}" for form, (kind, _) in legal_forms().items())
    return f"map {{{same}}}[{found}]"


def domain(text: str) -> str:
    """SQL: the domain in an address of mail or web, lower case, without the name of a server.

    Args:
        text: A SQL expression of text: a domain, an e-mail address or a URL.
    """
    sql = f"lower(trim({text}))"
    for pattern in (r"^[a-z]+://", r"[/?#].*$", r"^.*@", r":\d*$", r"\.+$"):
        sql = f"regexp_replace({sql}, {quoted(pattern)}, '')"
    # A server's name is one only where a domain follows: mail.com is a domain.
    server = quoted(r"^(?:www\d?|mail|email|smtp|mx)\.([^.]+\.)")
    sql = f"regexp_replace({sql}, {server}, '\\1')"
    form, number = quoted(r"[^\s@.]+(\.[^\s@.]+)+"), quoted(r"[\d.]+")
    return f"case when regexp_full_match({sql}, {form}) and not regexp_full_match({sql}, {number}) then {sql} end"


def domain_suffix_labels(domain_column: str) -> str:
    """SQL: how many labels of a domain are not the company's own: 2 for `acme.co.uk`, else 1."""
    shared = text_list(words("shared_suffixes.txt"))
    last_two = f"array_to_string(string_split({domain_column}, '.')[-2:], '.')"
    return f"case when list_contains({shared}, {last_two}) then 2 else 1 end"


def luhn(digits: str) -> str:
    """SQL: whether digits pass the check of Luhn (ISO/IEC 7812-1 annex B), as SIREN and SIRET must."""
    doubled = (
        "lambda digit, position: case when position % 2 = 1 then try_cast(digit as int)"
        " else try_cast(digit as int) * 2 - case when try_cast(digit as int) > 4 then 9 else 0 end end"
    )
    return f"list_sum(list_transform(string_split(reverse({digits}), ''), {doubled})) % 10 = 0"
