"""What two parties say of each other: whether their numbers, names, countries agree or contradict.

Belongs here: comparisons of two parties, l and r, as SQL expressions. Does not belong here: which pairs are
compared, and what follows (`deterministic`, `linker`).
"""

from __future__ import annotations

import duckdb

from connectors.identity import normalise

NUMBERS_AGREE = "(coalesce(l.vat = r.vat, false) or coalesce(l.company_key = r.company_key, false))"
NUMBERS_DIFFER = (
    f"(not {NUMBERS_AGREE} and (coalesce(l.vat <> r.vat, false)"
    " or coalesce(l.company_key <> r.company_key, false)))"
)
CONTRADICTION = (
    f"case when {NUMBERS_DIFFER} then 'different_numbers'"
    " when l.country <> r.country then 'different_countries'"
    " when l.legal_form <> r.legal_form then 'different_legal_forms' end"
)
NAMES = "_identity_names(l.tokens, r.tokens, l.squashed, r.squashed)"
NAMES_SHOWN = f"names: ' || replace({NAMES}, '_', ' ')"
AGREEING = "('same', 'same_but_generic_words', 'same_but_spelling')"
# Another name in another country: whoever typed the id or number that both carry took another's.
NAMES_AND_COUNTRIES_DIFFER = f"({NAMES} = 'different' and coalesce(l.country <> r.country, false))"


def create_macros(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the temporary macros that the expressions call.

    Args:
        connection: The warehouse.
    """
    generic = normalise.text_list(normalise.words("generic_words.txt"))
    for statement in (
        # What is left of the tokens once those of the other name are taken away.
        "_identity_left(own, other) as list_filter(own, lambda token: not list_contains(other, token))",
        # One letter in four may be wrong or swapped, a digit never: `hotel 12` is not `hotel 13`.
        "_identity_typo(a, b) as len(a) > 0 and len(b) > 0"
        " and regexp_replace(a, '[^0-9]', '', 'g') = regexp_replace(b, '[^0-9]', '', 'g')"
        " and damerau_levenshtein(a, b) <= least(len(a), len(b)) // 4",
        "_identity_related(own, other) as case"
        " when len(own) = 0 and len(other) = 0 then 'same'"
        f" when len(own) = 0 or len(other) = 0 then case when len(list_filter(list_concat(own, other),"
        f"   lambda token: not list_contains({generic}, token))) = 0 then 'same_but_generic_words'"
        "   else 'one_contains_the_other' end"
        " when _identity_typo(array_to_string(own, ''), array_to_string(other, '')) then 'same_but_spelling'"
        " else 'different' end",
        "_identity_names(a, b, a_squashed, b_squashed) as case"
        " when a_squashed is null or b_squashed is null then 'unknown'"
        " when a_squashed = b_squashed then 'same'"
        " when len(list_intersect(a, b)) = 0 and not _identity_typo(a_squashed, b_squashed) then 'different'"
        " else _identity_related(_identity_left(a, b), _identity_left(b, a)) end",
        "_identity_repeats(root, squashed, tokens) as contains(squashed, _identity_letters(root))"
        " or contains(_identity_letters(root), squashed)"
        " or _identity_letters(root) = array_to_string(list_transform(tokens, lambda token: token[1]), '')"
        " or jaro_winkler_similarity(_identity_letters(root), squashed) >= 0.9",
    ):
        if statement.startswith("_identity_repeats"):
            letters = r"regexp_replace(strip_accents(text), '[^\p{L}\p{N}]', '', 'g')"
            connection.execute(f"create or replace temp macro _identity_letters(text) as {letters}")
        connection.execute(f"create or replace temp macro {statement}")
