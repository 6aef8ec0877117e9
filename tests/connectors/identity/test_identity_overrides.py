"""Decisions of people: they always win, and a wrong file is refused with its line."""

import csv

import pytest
from handmade_parties import party

from connectors.errors import SourceError
from connectors.identity import IdentitySettings, export_doubtful


def test_an_override_wins_against_an_explicit_id(rig, write_overrides):
    settings = write_overrides("hubspot,hubspot-1,B,link,Anna,moved to the new account")
    rig.resolve(
        settings,
        files=[party("A", "Acme"), party("B", "Beta")],
        hubspot=[party("hubspot-1", "Acme", ids=["A"])],
    )
    assert rig.rows("select * from identity.customer_links where source = 'hubspot'") == [
        ("hubspot", "hubspot-1", "B", "override", 1.0, "decided by Anna: moved to the new account")
    ]
    assert rig.doubts == {("hubspot-1", "A"): "conflicting_links"}


def test_two_parties_set_apart_are_neither_linked_nor_doubtful(rig, write_overrides):
    settings = write_overrides("hubspot,hubspot-1,A,separate,Anna,")
    rig.resolve(
        settings,
        files=[party("A", "Acme", "acme.fr")],
        hubspot=[party("hubspot-1", "Acme", "acme.fr", ids=["A"])],
    )
    assert rig.customers == {"A": "A"}
    assert rig.doubts == {}
    assert rig.unmatched == {"hubspot-1": "no_candidate"}


def test_two_parties_set_apart_do_not_meet_through_a_third(rig, write_overrides):
    settings = write_overrides("hubspot,hubspot-1,A,separate,Anna,")
    rig.resolve(
        settings,
        files=[party("A", "Acme", "acme.fr")],
        hubspot=[party("hubspot-1", "Acme", ids=["zendesk-1"])],
        zendesk=[party("zendesk-1", "Acme", "acme.fr")],
    )
    assert rig.customers == {"A": "A"}
    assert rig.doubts == {("zendesk-1", "A"): "conflicting_links"}


def test_a_party_kept_from_all_is_linked_to_none(rig, write_overrides):
    settings = write_overrides("hubspot,hubspot-1,,separate,Anna,a prospect of the same name")
    rig.resolve(
        settings, files=[party("A", "Acme")], hubspot=[party("hubspot-1", "Acme", ids=["A"])]
    )
    assert rig.customers == {"A": "A"}
    assert rig.doubts == {}


def test_only_a_person_merges_two_accounts_of_one_ledger(rig, write_overrides):
    settings = write_overrides("files,A,B,link,Anna,the same company")
    rig.resolve(
        settings,
        files=[party("A", "Acme"), party("B", "Acme"), party("C", "Acme")],
        hubspot=[party("hubspot-1", "Acme", ids=["A"])],
    )
    assert rig.customers == {"A": "B", "B": "B", "C": "C", "hubspot-1": "B"}


def test_accounts_of_an_only_source_are_not_joined_since_models_take_its_own_ids(
    rig, write_overrides
):
    files = [party("A", "Acme"), party("B", "Acme")]
    settings = write_overrides("files,A,B,separate,Anna,")
    assert rig.resolve(settings, files=files).customers == {"A": "A", "B": "B"}
    with pytest.raises(
        SourceError, match="line 2: it joins two accounts of 'files', but overrides"
    ):
        rig.resolve(write_overrides("files,A,B,link,Anna,"), files=files)
    assert rig.customers == {"A": "A", "B": "B"}


def test_rows_without_a_decision_are_ignored_whatever_they_hold(rig, write_overrides):
    settings = write_overrides("nowhere,x,y,,,", "", ",,,,,")
    rig.resolve(settings, files=[party("A", "Acme")])
    assert rig.customers == {"A": "A"}


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["hubspot,h9,A,link,,"], "line 2: source 'hubspot' has no party 'h9'"),
        (["crm,h1,A,link,,"], "line 2: source 'crm' has no party 'h1'"),
        (["", "hubspot,h1,Z,link,,"], "line 3, column customer_id: no ledger has a customer 'Z'"),
        (["hubspot,h1,h2,link,,"], "line 2, column customer_id: no ledger has a customer 'h2'"),
        (["hubspot,h1,,link,,"], "line 2, column customer_id: no ledger has a customer ''"),
        (["hubspot,h1,A,yes,,"], "line 2, column decision: 'yes' is neither link nor separate"),
        (["files,A,A,link,,"], "line 2: it decides on a customer and itself"),
        (
            ["hubspot,h1,A,link,,", "hubspot,h1,A,separate,,"],
            "lines 2 and 3: they link and separate",
        ),
        (
            ["hubspot,h1,A,link,,", "hubspot,h1,B,link,,"],
            "lines 2 and 3: they link one party to two",
        ),
        (
            ["hubspot,h1,,separate,,", "hubspot,h1,B,link,,"],
            "lines 2 and 3: they link a party and keep",
        ),
        (
            ["hubspot,h1,A,link,,", "files,B,A,link,,", "hubspot,h1,B,separate,,"],
            "line 4: other lines link the two that it separates",
        ),
        (["hubspot,h1,A,link"], "line 2: 4 values instead of 6"),
        (['hubspot,h1,A,link,,"open'], "not CSV"),
    ],
)
def test_a_wrong_line_is_refused_by_its_number(rig, write_overrides, lines, message):
    with pytest.raises(SourceError, match=message):
        rig.resolve(
            write_overrides(*lines),
            files=[party("A", "Acme"), party("B", "Beta")],
            hubspot=[party("h1", "Acme"), party("h2", "Beta")],
        )


def test_a_file_of_other_columns_or_encoding_or_none_is_refused(rig, write_overrides, tmp_path):
    files = [party("A", "Acme")]
    path = tmp_path / "other.csv"
    path.write_text("source;party;customer\n")
    with pytest.raises(SourceError, match="line 1: the columns are not source, party_id"):
        rig.resolve(IdentitySettings(overrides=path), files=files)
    with pytest.raises(SourceError, match="cannot be read as UTF-8"):
        rig.resolve(write_overrides("files,A,,separate,Zoé,", encoding="cp1252"), files=files)
    with pytest.raises(SourceError, match="does not exist"):
        rig.resolve(IdentitySettings(overrides=tmp_path / "absent.csv"), files=files)


def test_the_doubtful_come_as_a_file_that_a_person_completes(rig, tmp_path):
    systems = {
        "files": [party("A", "=cmd|'/c calc'!A0"), party("-B", 'Beta, the "big" one')],
        "hubspot": [party("h1", "=cmd|'/c calc'!A0"), party("h2", "Beta the big one")],
    }
    path = tmp_path / "to_decide.csv"
    rig.resolve(**systems)
    assert export_doubtful(rig.connection, path) == 2
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["party_id"], row["customer_id"], row["decision"]) for row in rows] == [
        ("h1", "A", ""),
        # A spreadsheet would read a formula.
        ("h2", "'-B", ""),
    ]
    assert "name only" in rows[0]["comment"] and not rows[0]["comment"].startswith("=")

    rows[0]["decision"], rows[1]["decision"] = "separate", "Link"
    # As a spreadsheet of a French machine saves it.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0], delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    rig.resolve(IdentitySettings(overrides=path), **systems)
    assert rig.methods == {"h2": "override"}
    assert rig.customers["h2"] == "-B"
    assert rig.doubts == {}


def test_decisions_are_never_overwritten_by_the_next_list(rig, tmp_path, write_overrides):
    settings = write_overrides("hubspot,h1,A,link,Anna,")
    rig.resolve(settings, files=[party("A", "Acme")], hubspot=[party("h1", "Acme")])
    with pytest.raises(SourceError, match="holds decisions"):
        export_doubtful(rig.connection, settings.overrides)
    assert "Anna" in settings.overrides.read_text()


def test_a_decision_may_name_a_customer_whose_id_another_ledger_uses(rig, write_overrides):
    settings = write_overrides("hubspot,h1,sql-7,link,Anna,")
    rig.resolve(
        settings,
        files=[party("7", "Acme")],
        sql=[party("7", "Beta")],
        hubspot=[party("h1", "Gamma")],
    )
    assert rig.customers["h1"] == "sql-7"


@pytest.mark.parametrize(("named", "party_id"), [("sql-1", "sql-1"), ("sql-sql-1", "1")])
def test_a_decision_names_the_customer_that_has_the_id(rig, write_overrides, named, party_id):
    rig.resolve(
        write_overrides(f"hubspot,h1,{named},link,Anna,"),
        files=[party("1", "Acme")],
        sql=[party("1", "Beta"), party("sql-1", "Delta")],
        hubspot=[party("h1", "Gamma")],
    )
    assert rig.customers["h1"] == named
    assert ("sql", party_id, named) in rig.rows(
        "select source, party_id, customer_id from identity.customer_links"
    )
