"""The models' copy of the import contract says what the connectors' says."""

import json
import re

from connectors.contract import ENTITIES
from orchestration.config_tables import LEDGER_SOURCES, SourcesTable
from orchestration.dbt import PROJECT_DIR


def returned(macro: str, file: str):
    """The literal a macro returns, read as Python."""
    text = (PROJECT_DIR / "macros" / file).read_text()
    body = text[text.index(f"macro {macro}(") :]
    literal = body[body.index("return(") + len("return(") : body.index(") }}")]
    literal = literal.replace("contract() | list", json.dumps(list(ENTITIES)))
    return eval(literal, {})


def test_entities_keys_and_types_are_those_of_the_connectors():
    models = returned("contract", "contract.sql")
    assert list(models) == list(ENTITIES)
    for name, entity in ENTITIES.items():
        assert tuple(models[name]["key"]) == entity.key
        assert models[name]["columns"] == {c.name: c.sql_type for c in entity.columns}
        assert set(entity.key) <= set(models[name]["identity"]) <= set(models[name]["columns"])
        assert models[name]["effective_date"] in (entity.effective_date, "null")


def test_every_source_has_a_staging_folder_that_its_name_enables():
    entities = returned("source_entities", "sources.sql")
    project = (PROJECT_DIR / "dbt_project.yml").read_text()
    for source, names in entities.items():
        staged = {p.stem for p in (PROJECT_DIR / "models" / "staging" / source).glob("stg_*.sql")}
        assert staged == {f"stg_{source}__{name}" for name in names}
        assert f"'{source}' in var('sources', ['files'])" in project
    assert set(entities) >= set(SourcesTable.model_fields)


def test_ledger_sources_are_those_of_the_configuration():
    text = (PROJECT_DIR / "macros" / "sources.sql").read_text()
    others = set(re.findall(r"'(\w+)'", re.search(r"source_name not in \[(.*?)\]", text).group(1)))
    assert not others & LEDGER_SOURCES
