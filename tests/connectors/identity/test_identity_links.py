"""Who is linked, who is doubtful, and that nobody is merged on too little."""

import subprocess
import sys

import pytest
from handmade_parties import party

from connectors.errors import SourceError
from connectors.identity import IdentitySettings, PartySource, clusters, resolve
from connectors.identity.clusters import Candidate, Clusters

VAT = "FR40303265045"
OTHER_VAT = "DE136695976"


def test_a_single_source_gives_each_party_its_own_id_without_looking(rig):
    rig.resolve(files=[party("A", "Acme", "acme.fr"), party("B", "Acme", "acme.fr")])
    assert rig.customers == {"A": "A", "B": "B"}
    assert rig.rows("select distinct method, confidence from identity.customer_links") == [
        ("own_id", 1.0)
    ]
    assert rig.resolution.links == {("files", "own_id"): 2}
    assert rig.rows("select count(*) from identity.doubtful") == [(0,)]


def test_a_single_source_costs_no_import():
    code = (
        "import sys, duckdb\n"
        "from connectors.identity import IdentitySettings, PartySource, resolve\n"
        "sql = \"select 'A' as party_id, 'Acme' as party_name\"\n"
        "resolve(duckdb.connect(), [PartySource('files', True, sql)], IdentitySettings())\n"
        "print(sorted({'splink', 'babel', 'pyarrow', 'pandas'} & set(sys.modules)))\n"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("carried", "target"),
    [
        ({"hubspot": ["A"]}, "A"),
        ({"files": ["hubspot-7"]}, "A"),
        ({"files": ["7"]}, "A"),
    ],
)
def test_an_id_of_the_other_system_links_from_either_side_with_or_without_prefix(
    rig, carried, target
):
    rig.resolve(
        files=[party("A", "Acme", ids=carried.get("files", ()))],
        hubspot=[party("hubspot-7", "Something else", ids=carried.get("hubspot", ()))],
    )
    assert rig.customers["hubspot-7"] == target
    assert rig.methods == {"hubspot-7": "explicit_id"}


def test_a_bare_id_that_two_systems_use_is_nobodys(rig):
    rig.resolve(
        files=[party("A", "Acme", ids=["7"])],
        hubspot=[party("hubspot-7", "Seven")],
        zendesk=[party("zendesk-7", "Sept")],
    )
    assert rig.methods == {}
    assert rig.doubts == {
        ("hubspot-7", "A"): "id_of_several_systems",
        ("zendesk-7", "A"): "id_of_several_systems",
    }


def test_a_bare_id_that_two_systems_use_is_that_of_the_one_whose_name_agrees(rig):
    systems = {
        "files": [party("7", "Acme")],
        "hubspot": [party("hubspot-7", "Seven")],
        "zendesk": [party("zendesk-1", "Acme SAS", ids=["7"])],
    }
    rig.resolve(**systems)
    assert rig.customers == {"7": "7", "zendesk-1": "7"}
    assert rig.methods == {"zendesk-1": "explicit_id"}
    # With the prefix it names its system.
    systems["zendesk"] = [party("zendesk-1", "Acme SAS", ids=["hubspot-7"])]
    systems["files"] = [party("7", "Acme", ids=["hubspot-7"])]
    assert rig.resolve(**systems).methods == {
        "hubspot-7": "explicit_id",
        "zendesk-1": "explicit_id",
    }


@pytest.mark.parametrize("names", [("Acme", "Acme"), ("Seven", "Sept")])
def test_a_bare_id_is_doubtful_where_all_names_agree_or_none_without_its_prefix_too(rig, names):
    rig.resolve(
        files=[party("7", names[0])],
        hubspot=[party("hubspot-7", names[1])],
        stripe=[party("cus_1", "Acme", ids=["7"])],
    )
    assert "cus_1" not in rig.methods
    assert rig.doubts[("cus_1", "7")] == "id_of_several_systems"


@pytest.mark.parametrize(
    ("ledger", "stripe", "reason"),
    [
        (party("100", "Boulangerie Martin", vat=VAT), party("cus_1", "Acme Corp", vat=OTHER_VAT, ids=["100"]),
         "different_numbers"),
        (party("100", "Boulangerie Martin", country="FR"), party("cus_1", "Acme Corp", country="US", ids=["100"]),
         "different_names_and_countries"),
    ],
)  # fmt: skip
def test_an_id_whose_parties_contradict_each_other_is_doubtful(rig, ledger, stripe, reason):
    rig.resolve(files=[ledger], stripe=[stripe])
    assert rig.customers == {"100": "100", "cus_1": "cus_1"}
    assert rig.doubts == {("cus_1", "100"): reason}


def test_an_id_meant_for_a_crm_is_not_taken_for_an_account_of_a_ledger(rig):
    rig.resolve(
        files=[party("100", "Boulangerie Martin", vat=VAT)],
        hubspot=[party("hubspot-100", "Acme Corp.")],
        stripe=[party("cus_1", "Acme Corp", vat=OTHER_VAT, ids=["100"])],
    )
    assert rig.customers == {"100": "100", "hubspot-100": "cus_1", "cus_1": "cus_1"}
    assert rig.doubts == {("cus_1", "100"): "different_numbers"}


@pytest.mark.parametrize(
    ("name", "country"), [("Other name", "FR"), ("Acme", "DE"), ("Other name", None)]
)
def test_an_id_against_a_name_or_a_country_alone_links(rig, name, country):
    rig.resolve(
        files=[party("A", "Acme", country="FR")],
        stripe=[party("cus_1", name, country=country, ids=["A"])],
    )
    assert rig.customers["cus_1"] == "A"


def test_numbers_link_in_any_spelling_and_a_siren_is_a_siret_is_a_vat_number(rig):
    rig.resolve(
        files=[party("A", "Acme", vat=VAT)],
        stripe=[party("cus_1", "Acme SAS", number="303 265 045 00018", country="FR")],
        hubspot=[party("hubspot-1", "Trading name", vat="fr 40 303265045")],
    )
    assert rig.customers == {"A": "A", "cus_1": "A", "hubspot-1": "A"}
    assert rig.methods == {"cus_1": "company_number", "hubspot-1": "vat_number"}


@pytest.mark.parametrize(
    ("name", "country", "is_linked"),
    [("Beta", "DE", False), ("Acme", "DE", True), ("Beta", "FR", True), ("Beta", None, True)],
)
def test_a_number_against_both_name_and_country_is_doubtful(rig, name, country, is_linked):
    rig.resolve(
        files=[party("A", "Acme", vat=VAT, country="FR")],
        stripe=[party("cus_1", name, vat=VAT, country=country)],
    )
    assert (rig.customers["cus_1"] == "A") == is_linked
    assert rig.doubts == ({} if is_linked else {("cus_1", "A"): "different_names_and_countries"})


def test_two_accounts_with_one_vat_number_are_not_merged_and_the_record_is_doubtful(rig):
    rig.resolve(
        files=[party("A", "Site One", vat=VAT), party("B", "Site Two", vat=VAT)],
        hubspot=[party("hubspot-1", "Headquarters", vat=VAT)],
    )
    assert rig.customers == {"A": "A", "B": "B"}
    assert rig.doubts == {
        ("hubspot-1", "A"): "conflicting_links",
        ("hubspot-1", "B"): "conflicting_links",
    }


def test_of_two_accounts_with_one_vat_number_the_one_whose_name_agrees_is_it(rig):
    rig.resolve(
        files=[party("A", "Acme Lyon", vat=VAT), party("B", "Beta", vat=VAT)],
        hubspot=[party("hubspot-1", "ACME Lyon SAS", vat=VAT)],
    )
    assert rig.customers["hubspot-1"] == "A"
    assert rig.doubts == {("hubspot-1", "B"): "conflicting_links"}


def test_a_domain_unique_on_both_sides_links_where_names_agree(rig):
    rig.resolve(
        files=[party("A", "Acme Logistics SAS", "acme.fr"), party("B", "Beta", "gmail.com")],
        hubspot=[
            party("hubspot-1", "ACME logistic", "www.acme.fr"),
            party("hubspot-2", "Beta", "gmail.com"),
        ],
    )
    assert rig.methods == {"hubspot-1": "email_domain"}
    assert rig.doubts == {("hubspot-2", "B"): "name_only"}


@pytest.mark.parametrize(
    ("ledger", "crm", "reason"),
    [
        # The mailbox of its accountant.
        (party("A", "Boulangerie Martin", "cabinet.fr"), party("h", "Cabinet Durand", "cabinet.fr"), "different_names"),
        # One franchise of many.
        (party("A", "Century 21 Nice", "c21.fr"), party("h", "Century 21 Lyon", "c21.fr"), "different_names"),
        (party("A", "Hotel 12", "hotel.fr"), party("h", "Hotel 13", "hotel.fr"), "different_names"),
        # The brand, and one of its houses.
        (party("A", "Century 21", "c21.fr"), party("h", "Century 21 Lyon", "c21.fr"), "different_names"),
        (party("A", "Acme", "acme.fr", vat=VAT), party("h", "Acme", "acme.fr", vat=OTHER_VAT), "different_numbers"),
        (party("A", "Acme", "a.eu", country="FR"), party("h", "Acme", "a.eu", country="DE"), "different_countries"),
        (party("A", "Acme SAS", "acme.fr"), party("h", "Acme SCI", "acme.fr"), "different_legal_forms"),
        (party("A", None, "acme.fr"), party("h", "Acme", "acme.fr"), "different_names"),
    ],
)  # fmt: skip
def test_a_domain_against_what_else_is_known_is_doubtful(rig, ledger, crm, reason):
    rig.resolve(files=[ledger], hubspot=[crm])
    assert rig.methods == {}
    assert rig.doubts == {("h", "A"): reason}


def test_a_domain_of_several_customers_links_only_whom_the_name_picks(rig):
    rig.resolve(
        files=[party("A", "Holding Nord", "holding.fr"), party("B", "Holding Sud", "holding.fr")],
        hubspot=[
            party("hubspot-1", "holding nord", "holding.fr"),
            party("hubspot-2", "Holding", "holding.fr"),
            party("hubspot-3", "Holding Ouest", "holding.fr"),
        ],
    )
    assert rig.methods == {"hubspot-1": "normalised_name"}
    assert rig.customers["hubspot-1"] == "A"
    assert set(rig.doubts) == {("hubspot-2", "A"), ("hubspot-2", "B")}
    assert rig.unmatched == {"hubspot-3": "no_candidate"}


def test_the_companys_own_domain_and_free_mail_say_nothing(rig):
    rig.resolve(
        IdentitySettings(own_domains=("encours.fr",)),
        files=[party("A", "Acme", "encours.fr", "gmail.com", "sub.encours.fr")],
        hubspot=[party("h", "Acme", "encours.fr", "gmail.com", "sub.encours.fr")],
    )
    assert rig.doubts == {("h", "A"): "name_only"}


@pytest.mark.parametrize("country", ["FR", None])
def test_two_customers_are_never_merged_on_a_name_alone(rig, country):
    rig.resolve(
        files=[party("A", "Very Particular Name", country=country)],
        hubspot=[party("h", "Very Particular Name SAS", country=country)],
    )
    assert rig.methods == {}
    assert rig.doubts == {("h", "A"): "name_only"}


def test_name_country_and_a_domain_label_of_its_own_link(rig):
    rig.resolve(
        files=[
            party("A", "Dupont Mécanique", "blop.fr", country="FR"),
            party("B", "Delta Conseil", "delta-conseil.fr", country="FR"),
        ],
        hubspot=[
            party("h1", "DUPONT MECANIQUE", "blop.com", country="France"),
            # Any two of this name would own such a domain.
            party("h2", "Delta Conseil", "delta-conseil.com", country="France"),
        ],
    )
    assert rig.methods == {"h1": "normalised_name"}
    assert rig.doubts == {("h2", "B"): "domain_repeats_name"}


def test_a_lower_confidence_lets_doubts_of_measure_pass_but_no_contradiction(rig):
    systems = {
        "files": [party("A", "Acme", "acme.fr"), party("B", "Beta", "beta.fr", country="FR")],
        "hubspot": [party("h1", "Acme", "acme.fr"), party("h2", "Beta", "beta.fr", country="DE")],
    }
    assert rig.resolve(IdentitySettings(confidence=0.99), **systems).doubts == {
        ("h1", "A"): "below_confidence",
        ("h2", "B"): "different_countries",
    }
    assert rig.resolve(IdentitySettings(confidence=0.6), **systems).methods == {
        "h1": "email_domain"
    }


def test_the_stronger_link_stands_and_the_weaker_is_doubtful(rig):
    rig.resolve(
        files=[party("A", "Acme"), party("B", "Beta", vat=VAT)],
        hubspot=[party("hubspot-7", "Beta", vat=VAT, ids=["A"])],
    )
    assert rig.customers == {"A": "A", "B": "B", "hubspot-7": "A"}
    assert rig.doubts == {("hubspot-7", "B"): "conflicting_links"}


def test_an_id_naming_two_accounts_links_neither(rig):
    rig.resolve(
        files=[party("A", "Acme"), party("B", "Beta")],
        hubspot=[party("hubspot-7", "Gamma", ids=["A", "B"])],
        zendesk=[party("zendesk-1", "Acme help", ids=["A"])],
    )
    assert rig.customers == {"A": "A", "B": "B", "zendesk-1": "A"}
    assert set(rig.doubts) == {("hubspot-7", "A"), ("hubspot-7", "B")}


def test_a_record_reaches_its_customer_through_another_system(rig):
    rig.resolve(
        files=[party("A", "Acme")],
        hubspot=[party("hubspot-1", "Acme Trading", "acme.fr", ids=["A"])],
        zendesk=[party("zendesk-1", "ACME trading", "acme.fr"), party("zendesk-2", "Zeta")],
    )
    assert rig.customers == {"A": "A", "hubspot-1": "A", "zendesk-1": "A"}
    assert rig.methods["zendesk-1"] == "email_domain"
    assert rig.unmatched == {"zendesk-2": "no_candidate"}


def test_confidence_is_lost_on_the_way_through_others(rig):
    settings = IdentitySettings(confidence=0.97)
    rig.resolve(
        settings,
        files=[party("A", "Acme", "acme.fr")],
        hubspot=[party("h", "Acme", "acme.fr", "acme.io")],
        zendesk=[party("z", "Acme", "acme.io")],
    )
    # 0.98 by each domain: 0.9604 from zendesk to files.
    assert rig.customers == {"A": "A", "h": "A"}
    assert rig.doubts == {("z", "A"): "only_through_others"}


def test_the_customer_has_the_id_of_the_source_that_comes_first(rig):
    same = {"name": "Acme", "vat": VAT}
    rig.resolve(
        hubspot=[party("hubspot-1", **same)],
        stripe=[party("cus_1", **same)],
        files=[party("A", **same)],
    )
    assert set(rig.customers.values()) == {"cus_1"}


def test_one_id_in_two_ledgers_is_one_customer_only_where_the_names_agree(rig):
    rig.resolve(
        files=[party("1001", "Acme SAS", "acme.fr"), party("1002", "Beta")],
        sql=[party("1001", "ACME", "acme.fr"), party("1002", "Gamma")],
        hubspot=[party("hubspot-1", "Acme", ids=["1001"])],
    )
    links = "select source, party_id, customer_id from identity.customer_links"
    assert rig.rows(links) == [
        ("files", "1001", "1001"),
        ("files", "1002", "1002"),
        ("sql", "1001", "1001"),
        # Else two customers would share an id, and their invoices.
        ("sql", "1002", "sql-1002"),
        ("hubspot", "hubspot-1", "1001"),
    ]
    assert rig.doubts == {("1002", "1002"): "different_names"}


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (party("1", "Martin SARL", "martin-paris.fr", country="FR"),
         party("1", "Martin GmbH", "martin-berlin.de", country="DE"), "different_countries"),
        (party("1", "Martin"), party("1", "Martin"), "id_and_name_only"),
        (party("1", "Martin", "a.fr", country="FR"), party("1", "Martin", "b.fr", country="FR"), "id_and_name_only"),
        (party("1", "Martin SARL"), party("1", "Martin SARL"), "id_and_name_only"),
        (party("1", "Martin", "gmail.com"), party("1", "Martin", "gmail.com"), "id_and_name_only"),
        (party("1", "Martin SARL", country="FR"), party("1", "Martin SAS", country="FR"), "different_legal_forms"),
    ],
)  # fmt: skip
def test_a_running_number_and_a_name_are_a_name_alone(rig, first, second, reason):
    rig.resolve(files=[first], sql=[second])
    assert rig.rows("select source, customer_id from identity.customer_links") == [
        ("files", "1"),
        ("sql", "sql-1"),
    ]
    assert rig.doubts == {("1", "1"): reason}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"domains": ["a.fr", "martin.fr"]}, {"domains": ["martin.fr"]}),
        ({"name": "Martin SARL", "country": "FR"}, {"name": "S.A.R.L. Martin", "country": "France"}),
        ({"vat": VAT, "country": "FR"}, {"number": "303265045", "country": "DE", "vat": VAT}),
    ],
)  # fmt: skip
def test_a_running_number_a_name_and_a_second_attribute_are_one_customer(rig, first, second):
    first, second = (
        party("1", given.pop("name", "Martin"), *given.pop("domains", ()), **given)
        for given in (dict(first), dict(second))
    )
    rig.resolve(files=[first], sql=[second])
    assert rig.rows("select distinct customer_id from identity.customer_links") == [("1",)]
    assert rig.doubts == {}


def test_no_two_customers_have_one_id_whatever_ids_their_ledgers_use(rig):
    files, sql = [party("1", "Alpha")], [party("1", "Beta"), party("sql-1", "Gamma")]
    sql.append(party("sql-sql-1", "Delta"))
    for order in (1, -1):
        rig.resolve(files=files, sql=sql[::order])
        assert rig.rows("select source, party_id, customer_id from identity.customer_links") == [
            ("files", "1", "1"),
            ("sql", "1", "sql-sql-sql-1"),
            ("sql", "sql-1", "sql-1"),
            ("sql", "sql-sql-1", "sql-sql-1"),
        ]


def test_every_party_is_accounted_for_once(rig):
    rig.resolve(
        files=[party(f"A{i}", f"Acme {i}", f"a{i}.fr") for i in range(40)],
        hubspot=[party(f"h{i}", f"Acme {i}", f"a{i % 50}.fr") for i in range(60)],
    )
    linked = set(rig.customers)
    doubtful = {party_id for party_id, _ in rig.doubts}
    assert linked | doubtful | set(rig.unmatched) == {f"A{i}" for i in range(40)} | {
        f"h{i}" for i in range(60)
    }
    assert (
        not linked & doubtful
        and not linked & set(rig.unmatched)
        and not doubtful & set(rig.unmatched)
    )


def test_a_name_or_domain_that_hundreds_share_makes_no_list_of_thousands(rig):
    rig.resolve(
        files=[party(f"A{i}", "Unknown", "portal.example.fr") for i in range(300)],
        hubspot=[party(f"h{i}", "Unknown", "portal.example.fr") for i in range(300)],
    )
    assert rig.doubts == {}
    assert set(rig.unmatched.values()) == {"shared_by_many"}


def test_a_person_sees_five_candidates_at_most(rig):
    rig.resolve(
        files=[party(f"A{i}", "Delta Conseil") for i in range(20)],
        hubspot=[party("h", "Delta Conseil")],
    )
    assert len(rig.doubts) == 5


def test_a_record_that_says_nothing_is_unmatched_for_that(rig):
    rig.resolve(files=[party("A", "Acme")], hubspot=[party("h1"), party("h2", "...", "gmail.com")])
    assert rig.unmatched == {"h1": "nothing_to_match", "h2": "nothing_to_match"}


def test_the_same_inputs_give_the_same_tables_in_whatever_order_rows_come(rig):
    files = [party(f"A{i}", f"Acme {i // 2}", f"a{i // 3}.fr") for i in range(60)]
    crm = [party(f"h{i}", f"ACME {i // 2} SAS", f"a{i // 3}.fr") for i in range(90)]
    tables = ("customer_links", "doubtful", "unmatched")

    def everything():
        return [rig.rows(f"from identity.{table}") for table in tables]

    first = rig.resolve(files=files, hubspot=crm) and everything()
    assert first[0] and first[1]
    assert (rig.resolve(files=files[::-1], hubspot=crm[::-1]) and everything()) == first


def test_nothing_but_the_schema_stays_behind(rig):
    rig.resolve(files=[party("A", "Acme", "acme.fr")], hubspot=[party("h", "Acme", "acme.fr")])
    kept = rig.rows(
        "select table_name from duckdb_tables() where not table_name like '%_parties' order by all"
    )
    assert kept == [("customer_links",), ("doubtful",), ("unmatched",)]
    assert rig.rows("select view_name from duckdb_views() where view_name like '_identity%'") == []


def test_a_party_twice_in_a_source_is_refused_and_the_last_result_stays(rig):
    rig.resolve(files=[party("A", "Acme")], hubspot=[party("h", "Acme", ids=["A"])])
    with pytest.raises(SourceError, match="source 'files' has the id 'A' 2 times"):
        rig.resolve(files=[party("A"), party("A")], hubspot=[])
    assert rig.customers == {"A": "A", "h": "A"}


def test_a_company_without_a_ledger_has_no_customers(rig):
    rig.resolve(hubspot=[party("h", "Acme", "acme.fr")], zendesk=[party("z", "Acme", "acme.fr")])
    assert rig.customers == {}
    assert set(rig.unmatched) == {"h", "z"}


def test_of_equal_links_those_between_two_accounts_fall_and_a_bystander_stays():
    joined = Clusters({1: {("ledger", 0)}, 2: {("ledger", 0)}})
    # 1 - 3 - 4 - 2 would join two accounts; 5 hangs on 3.
    links = [Candidate(*pair, 1, 1.0, "") for pair in ((1, 3), (3, 4), (2, 4), (3, 5))]
    joined.add(links)
    assert joined.accepted == [links[3]]
    assert set(joined.rejected) == set(links[:3])


def test_a_customer_is_found_along_accepted_links_only():
    found = clusters.memberships([Candidate(1, 3, 1, 0.98, "")], [1, 2], 0.95, frozenset())
    assert {number: member.customer for number, member in found.items()} == {1: 1, 2: 2, 3: 1}


def test_an_unknown_table_of_parties_fails_before_anything_is_written(rig):
    with pytest.raises(Exception, match="nowhere"):
        resolve(
            rig.connection,
            [
                PartySource("files", True, "from nowhere"),
                PartySource("hubspot", False, "from nowhere"),
            ],
            IdentitySettings(),
        )
    assert rig.rows("select count(*) from duckdb_schemas() where schema_name = 'identity'") == [
        (0,)
    ]
