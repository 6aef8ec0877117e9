"""The probabilistic linker: what it may decide, what it shows, and a company without it."""

import importlib.util
import random

import pytest
from handmade_parties import party

from connectors.identity import IdentitySettings, linker, weights

needs_splink = pytest.mark.skipif(
    importlib.util.find_spec("splink") is None, reason="the extra `linking` is not installed"
)


def brothers():
    """Two customers of a holding on one domain, and CRM records that spell one of them otherwise."""
    return {
        "files": [
            party("A", "Boulangerie Martin", "holding.fr", country="FR"),
            party("B", "Charpente Durand", "holding.fr", country="FR"),
        ],
        "hubspot": [party("h1", "Boulangerie Martn", "holding.fr", country="FR")],
    }


@needs_splink
def test_a_misspelt_name_on_a_shared_domain_finds_its_customer(rig):
    rig.resolve(**brothers())
    assert rig.methods == {"h1": "probabilistic"}
    assert rig.customers["h1"] == "A"
    ((confidence, evidence),) = rig.rows(
        "select confidence, evidence from identity.customer_links where source = 'hubspot'"
    )
    assert 0.95 <= confidence <= 1
    assert "default weights, 0 certain links being too few" in evidence
    assert "same but spelling, same domain, same country" in evidence


@needs_splink
def test_two_candidates_nearly_as_good_decide_nothing(rig):
    systems = brothers()
    systems["files"][1] = party("B", "Boulangerie Marton", "holding.fr", country="FR")
    rig.resolve(**systems)
    assert rig.methods == {}
    assert {("h1", "A"), ("h1", "B")} <= set(rig.doubts)


@needs_splink
def test_of_two_crm_records_that_spell_one_customer_alike_neither_is_linked(rig):
    systems = brothers()
    systems["hubspot"].append(party("h2", "Boulangerie Marton", "holding.fr", country="FR"))
    assert rig.resolve(**systems).methods == {}


@needs_splink
def test_franchises_of_one_name_and_domain_stay_doubtful_however_probable(rig):
    rig.resolve(
        files=[party("A", "Century 21", "c21.fr", country="FR")],
        hubspot=[party(f"h{i}", "Century 21", "c21.fr", country="FR") for i in range(3)],
    )
    assert rig.methods == {}
    assert set(rig.doubts) == {(f"h{i}", "A") for i in range(3)}


@needs_splink
@pytest.mark.parametrize("name", ["Zygomatic Quartzworks", "Zygomatic Quartzwork"])
def test_a_rare_name_alone_is_doubtful_at_any_confidence(rig, name):
    rig.resolve(
        IdentitySettings(confidence=0.51),
        files=[party("A", "Zygomatic Quartzworks", country="FR")],
        hubspot=[party("h1", name, country="FR")],
    )
    assert rig.methods == {}


@needs_splink
def test_what_is_contradicted_is_not_linked(rig):
    systems = brothers()
    systems["hubspot"][0]["country"] = "DE"
    rig.resolve(**systems)
    assert rig.methods == {}
    assert rig.doubts[("h1", "A")] in ("different_countries", "shared_domain")


@needs_splink
def test_accounts_of_two_ledgers_are_linked_like_crm_records(rig):
    systems = brothers()
    systems["stripe"] = systems.pop("hubspot")
    rig.resolve(**systems)
    assert rig.customers == {"A": "A", "B": "B", "h1": "A"}


@needs_splink
def test_weights_are_counted_on_certain_links_where_there_are_enough(rig):
    draw = random.Random(7)
    names = [
        "".join(draw.choices("abcdefghiklmnoprstuv", k=9)) for _ in range(weights.ENOUGH_CERTAIN)
    ]
    systems = brothers()
    for i, name in enumerate(names):
        systems["files"].append(party(f"C{i}", name, f"{name}.fr", country="FR"))
        systems["hubspot"].append(party(f"k{i}", name, f"{name}.fr", country="FR", ids=[f"C{i}"]))
    rig.resolve(**systems)
    ((evidence,),) = rig.rows("select evidence from identity.customer_links where party_id = 'h1'")
    assert f"weights counted on {weights.ENOUGH_CERTAIN} certain links" in evidence


def test_levels_of_each_comparison_are_probabilities_that_add_up():
    for _, levels in weights.COMPARISONS.values():
        assert sum(level.m for level in levels) == pytest.approx(1)
        assert sum(level.u for level in levels) == pytest.approx(1)
        assert levels[-1].condition == "else"


def test_without_the_linker_its_cases_stay_open_and_a_note_says_so(rig, monkeypatch):
    monkeypatch.setattr(linker, "AVAILABLE_AS", "no_such_package")
    rig.resolve(**brothers())
    assert rig.methods == {}
    assert rig.resolution.notes == (
        "Splink is not installed: 1 parties were not compared by probability. Install the extra `linking`.",
    )


def test_nothing_is_compared_where_exact_methods_place_everyone(rig, monkeypatch):
    monkeypatch.setattr(linker, "find_probable", None)
    rig.resolve(files=[party("A", "Acme")], hubspot=[party("h1", "Acme", ids=["A"])])
    assert rig.methods == {"h1": "explicit_id"}


@needs_splink
def test_the_linker_leaves_no_table_in_the_warehouse(rig):
    rig.resolve(**brothers())
    assert rig.rows("select count(*) from duckdb_tables() where table_name like '%splink%'") == [
        (0,)
    ]
