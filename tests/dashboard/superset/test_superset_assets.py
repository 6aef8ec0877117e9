"""The dashboards of Superset are whole, and every name in them stands in the contracts."""

import json
import re
import uuid
from pathlib import Path

import pytest
import yaml
from empty_publication import empty_publication

from dashboard.superset.assets import (
    FOLDER,
    WORDS_FILE,
    for_company,
    french,
    read_assets,
    texts_of,
)
from dashboard.superset.columns import completed, query_of, rendered
from dashboard.superset.exporting import as_asset, written
from dashboard.superset.home import Company, SupersetError

ASSETS = read_assets()
CHARTS = {path: asset for path, asset in ASSETS.items() if path.startswith("charts/")}
DATASETS = {path: asset for path, asset in ASSETS.items() if path.startswith("datasets/")}
DASHBOARDS = {path: asset for path, asset in ASSETS.items() if path.startswith("dashboards/")}
BY_UUID = {asset["uuid"]: asset for asset in ASSETS.values()}
# Parameters of charts that name columns, and those that name metrics of the dataset.
COLUMN_KEYS = ("x_axis", "groupby", "all_columns", "groupbyRows", "groupbyColumns")
METRIC_KEYS = ("metric", "metrics", "timeseries_limit_metric")


@pytest.fixture(scope="module")
def contracts():
    connection = empty_publication()
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def columns_by_dataset(contracts):
    return {
        asset["uuid"]: [c["column_name"] for c in completed(asset, contracts)["columns"]]
        for asset in DATASETS.values()
    }


def listed(value):
    return [] if value in (None, "") else value if isinstance(value, list) else [value]


def placed_charts(dashboard):
    return {
        node["meta"]["chartId"]: node["meta"]["uuid"]
        for node in dashboard["position"].values()
        if isinstance(node, dict) and node["type"] == "CHART"
    }


def test_every_asset_has_an_id_of_its_own():
    found = [str(uuid.UUID(asset["uuid"])) for asset in ASSETS.values()]
    assert len(found) == len(set(found))
    slugs = [dashboard["slug"] for dashboard in DASHBOARDS.values()]
    assert len(slugs) == len(set(slugs))


def test_every_chart_reads_a_dataset_of_ours_and_stands_on_one_dashboard():
    assert {chart["dataset_uuid"] for chart in CHARTS.values()} <= {
        dataset["uuid"] for dataset in DATASETS.values()
    }
    placed = [u for dashboard in DASHBOARDS.values() for u in placed_charts(dashboard).values()]
    assert sorted(placed) == sorted(chart["uuid"] for chart in CHARTS.values())


def test_every_dataset_is_used_and_reads_the_one_database():
    (database,) = (a for path, a in ASSETS.items() if path.startswith("databases/"))
    assert {dataset["database_uuid"] for dataset in DATASETS.values()} == {database["uuid"]}
    used = {chart["dataset_uuid"] for chart in CHARTS.values()}
    assert {dataset["uuid"] for dataset in DATASETS.values()} == used


def test_the_database_reads_one_file_and_can_neither_write_nor_load_anything():
    (database,) = (a for path, a in ASSETS.items() if path.startswith("databases/"))
    assert database["sqlalchemy_uri"].endswith("?access_mode=read_only")
    allowed = ("allow_ctas", "allow_cvas", "allow_dml", "allow_file_upload", "allow_run_async")
    assert not any(database[name] for name in allowed)
    config = database["extra"]["engine_params"]["connect_args"]["config"]
    assert config["enable_external_access"] == config["autoinstall_known_extensions"] == "false"


@pytest.mark.parametrize("path", DATASETS)
def test_the_contracts_have_what_a_dataset_reads(path, contracts, columns_by_dataset):
    dataset = DATASETS[path]
    for days in ([], ["2026-10-31", "2026-09-30"]):
        query = rendered(dataset["sql"], days) if dataset["sql"] else query_of(dataset)
        contracts.execute(query)
    worded = {c["column_name"] for c in dataset["columns"]}
    assert worded <= set(columns_by_dataset[dataset["uuid"]])
    figures = ", ".join(metric["expression"] for metric in dataset["metrics"])
    contracts.execute(f"select {figures or 1} from ({query_of(dataset)}) as rows")


@pytest.mark.parametrize("path", CHARTS)
def test_a_chart_names_columns_and_metrics_of_its_dataset(path, columns_by_dataset):
    chart = CHARTS[path]
    dataset = BY_UUID[chart["dataset_uuid"]]
    parameters = chart["params"]
    assert parameters["viz_type"] == chart["viz_type"]
    columns = [name for key in COLUMN_KEYS for name in listed(parameters.get(key))]
    columns += [json.loads(order)[0] for order in parameters.get("order_by_cols", [])]
    columns += [
        name
        for f in parameters["adhoc_filters"]
        for name in re.findall("is_\\w+", f["sqlExpression"])
    ]
    assert set(columns) <= set(columns_by_dataset[dataset["uuid"]])
    metrics = {name for key in METRIC_KEYS for name in listed(parameters.get(key))}
    assert metrics <= {metric["metric_name"] for metric in dataset["metrics"]}
    assert set(parameters.get("column_config", {})) <= metrics | set(columns)


def test_no_table_reads_the_text_of_a_cell_as_markup():
    # Superset does unless told otherwise, and a customer's name comes from outside.
    tables = [c for c in CHARTS.values() if c["viz_type"] in ("table", "pivot_table_v2")]
    assert len(tables) > 15
    assert [c["params"].get("allow_render_html") for c in tables] == [False] * len(tables)


def test_no_chart_names_a_colleague():
    shown = {
        path: {name for key in COLUMN_KEYS for name in listed(chart["params"].get(key))}
        for path, chart in CHARTS.items()
    }
    assert [path for path, columns in shown.items() if "account_owner" in columns] == []


def test_an_expected_loss_says_beside_it_whether_its_rates_are_an_example(contracts):
    with contracts.cursor() as rows:
        rows.execute("begin")
        insert = "insert into marts.fct_expected_credit_loss by name "
        rows.execute(insert + "select 'ours' as segment, false as is_example_rate")
        rows.execute(insert + "select 'default' as segment, true as is_example_rate")
        query = query_of(DATASETS["datasets/Encours/expected_credit_loss.yaml"])
        found = rows.execute(f"select segment, example_rates from ({query}) as rows").fetchall()
        rows.execute("rollback")
    assert sorted(found) == [("default", "Yes"), ("ours", "No")]
    assert CHARTS["charts/owed/expected_loss.yaml"]["params"]["groupbyRows"] == [
        "segment",
        "example_rates",
    ]


@pytest.mark.parametrize("path", DASHBOARDS)
def test_a_filter_reaches_exactly_the_charts_that_have_its_column(path, columns_by_dataset):
    dashboard = DASHBOARDS[path]
    charts = placed_charts(dashboard)
    for native in dashboard["metadata"]["native_filter_configuration"]:
        (target,) = native["targets"]
        column = target["column"]["name"]
        assert column in columns_by_dataset[target["datasetUuid"]]
        reached = {
            chart_id
            for chart_id, chart in charts.items()
            if column in columns_by_dataset[BY_UUID[chart]["dataset_uuid"]]
        }
        assert native["scope"]["excluded"] == sorted(set(charts) - reached)


@pytest.mark.parametrize("path", DASHBOARDS)
def test_a_dashboard_asks_a_question_says_how_to_read_it_and_starts_on_the_newest_day(path):
    dashboard = DASHBOARDS[path]
    assert dashboard["dashboard_title"].endswith("?")
    first_row = dashboard["position"]["GRID_ID"]["children"][0]
    (text,) = dashboard["position"][first_row]["children"]
    code = dashboard["position"][text]["meta"]["code"]
    assert all(part in code for part in ("How to read it", "What it does not say", "Filters"))
    day, *_ = dashboard["metadata"]["native_filter_configuration"]
    assert day["targets"][0]["column"]["name"] == "as_of_day"
    assert day["controlValues"]["defaultToFirstItem"] and not day["controlValues"]["sortAscending"]


def test_every_text_is_there_in_french_and_no_word_is_left_over():
    texts = {text.strip() for asset in ASSETS.values() for text in texts_of(asset)}
    groups = yaml.load(WORDS_FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    forms = [form for entries in groups.values() for form in entries.values()]
    assert all(set(form) == {"en", "fr"} and form["fr"].strip() for form in forms)
    assert len(forms) == len(french())
    assert texts == set(french())


def test_french_keeps_its_marks_on_the_line_of_their_word():
    assert not [text for text in french().values() if re.search(r" [;:?!%»]|« ", text)]


def company(language="fr"):
    return Company("Exemple", language, Path("/somewhere/it's here"))


def test_a_french_company_reads_french_in_its_own_currency_on_its_own_publication():
    filled = for_company(ASSETS, company(), "CHF")
    owed = filled["dashboards/owed.yaml"]
    assert owed["dashboard_title"] == "3. Qui nous\u00a0doit\u00a0?".replace("nous\u00a0", "nous ")
    assert filled["datasets/Encours/open_items.yaml"]["sql"].count("0 · non échu") == 1
    written_after = {"symbol": "CHF", "symbolPosition": "suffix"}
    assert filled["charts/owed/open_now.yaml"]["params"]["currency_format"] == written_after
    assert filled["databases/encours.yaml"]["sqlalchemy_uri"] == (
        "duckdb:////somewhere/it's here/published/current/publication.duckdb?access_mode=read_only"
    )
    # The assets themselves stay as versioned.
    assert ASSETS["dashboards/owed.yaml"]["dashboard_title"] == "3. Who owes us?"


def test_a_text_without_french_is_named():
    assets = {"dashboards/new.yaml": {"dashboard_title": "What is new?"}}
    with pytest.raises(SupersetError, match=r"lacks 'What is new\?'"):
        for_company(assets, company(), "EUR")


def test_a_dataset_takes_the_columns_of_the_publication_and_its_descriptions(contracts):
    contracts.execute("comment on column marts.fct_cei.cei_1m is 'Collected share.'")
    dataset = {
        "table_name": "fct_cei",
        "schema": "marts",
        "sql": None,
        "columns": [
            {"column_name": "cei_1m", "verbose_name": "CEI"},
            {"column_name": "gone", "verbose_name": "Gone"},
            {"column_name": "as_of_day", "expression": "cast(as_of_date as varchar)"},
        ],
    }
    columns = {c["column_name"]: c for c in completed(dataset, contracts)["columns"]}
    assert "gone" not in columns and "as_of_day" in columns
    assert columns["as_of_date"]["is_dttm"] and columns["as_of_date"]["type"] == "DATE"
    assert columns["cei_1m"]["verbose_name"] == "CEI"
    assert columns["cei_1m"]["description"] == "Collected share."


def test_a_mart_that_the_publication_lacks_is_named_with_what_to_do(contracts):
    dataset = {"table_name": "fct_missing", "schema": "marts", "sql": None, "columns": []}
    with pytest.raises(SupersetError, match=r"fct_missing.*`make run`"):
        completed(dataset, contracts)


def exported(path, asset, contracts):
    """An asset as Superset gives it back: other ids, every column, and what a page left behind."""
    asset = json.loads(json.dumps(for_company({path: asset}, company("en"), "CHF")[path]))
    if path.startswith("datasets/"):
        asset = completed(asset, contracts)
        asset["columns"] = asset["columns"][::-1]
        asset["metrics"] = asset["metrics"][::-1]
    elif path.startswith("charts/"):
        asset["params"]["slice_id"] = 471
    else:
        for node in asset["position"].values():
            if isinstance(node, dict) and node["type"] == "CHART":
                node["meta"]["chartId"] += 100
        for native in asset["metadata"]["native_filter_configuration"]:
            native["scope"]["excluded"] = [i + 100 for i in native["scope"]["excluded"]]
            native["chartsInScope"] = [101]
        asset["metadata"]["map_label_colors"] = {"Kept": "#123456"}
    return asset


@pytest.mark.parametrize("path", [*DATASETS, *CHARTS, *DASHBOARDS])
def test_an_unchanged_export_is_the_asset_again_to_the_letter(path, contracts):
    kind = path.split("/")[0]
    back = as_asset(kind, exported(path, ASSETS[path], contracts), ASSETS[path], "CHF")
    assert written(back) == (FOLDER / path).read_text(encoding="utf-8")


def test_a_change_made_in_superset_is_in_the_export(contracts):
    path = "dashboards/owed.yaml"
    changed = exported(path, ASSETS[path], contracts)
    changed["metadata"]["refresh_frequency"] = 60
    changed["metadata"]["native_filter_configuration"][0]["scope"]["excluded"] = [102, 999]
    back = as_asset("dashboards", changed, ASSETS[path], "CHF")
    assert back["metadata"]["refresh_frequency"] == 60
    assert back["metadata"]["native_filter_configuration"][0]["scope"]["excluded"] == [2]
