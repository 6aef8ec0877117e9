"""Dashboards as they stand in Superset, back into the versioned assets.

Belongs here: what an export holds beyond an asset (ids of one database, columns of one publication,
one company's currency), and taking it out again; writing the files. Does not belong here: imports
(`provision.py`).

Only an English company's Superset is exported: the assets hold the English.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import yaml

from dashboard.superset.assets import CURRENCY, FOLDER, Asset, french, read_assets, texts_of
from dashboard.superset.columns import open_publication, reporting_currency
from dashboard.superset.home import ADMIN, Company, SupersetError

# What Superset remembers of a page that was opened, and of one database's ids.
_OF_THE_MOMENT = (
    "datasource",
    "slice_id",
    "dashboards",
    "dashboardId",
    "chartsInScope",
    "tabsInScope",
)
_COLUMN_KEYS = ("column_name", "verbose_name")
_CALCULATED_KEYS = (*_COLUMN_KEYS, "type", "expression", "is_dttm", "groupby", "filterable")


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as such, so that a change reads as one."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def written(asset: Asset) -> str:
    """The text of an asset's file."""
    return yaml.dump(asset, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


def as_asset(kind: str, exported: Asset, before: Asset | None, currency: str) -> Asset:
    """Return an export without what belongs to one Superset, in the order of the asset before.

    Args:
        kind: datasets, charts or dashboards.
        exported: as Superset exports it.
        before: the asset with this id; None where there is none yet.
        currency: reporting currency of the company it was exported from.
    """
    asset = copy.deepcopy(exported)
    _forget_currency(asset, currency)
    if kind == "datasets":
        _own_columns(asset, before)
    elif kind == "charts":
        asset["query_context"] = None
        asset["params"] = _without(asset["params"])
    else:
        _own_numbers(asset)
        asset["metadata"] = _without(asset["metadata"])
        asset["metadata"].update(
            chart_configuration={}, map_label_colors={}, shared_label_colors=[]
        )
        asset["metadata"]["global_chart_configuration"]["chartsInScope"] = []
    return _ordered(asset, before) if before else asset


def export(company: Company, folder: Path = FOLDER) -> list[str]:
    """Write the dashboards of ours, their charts and datasets into the assets.

    Args:
        company: from whose Superset; `superset_config.py` must already point to its folder.
        folder: where the assets are.

    Returns:
        Paths of the files that changed, and texts that `words.yml` has no French for.

    Raises:
        SupersetError: the company does not read English.
    """
    if company.language != "en":
        raise SupersetError('Assets are in English: export from a company with locale = "en".')
    connection = open_publication(company.publication)
    currency = reporting_currency(connection)
    connection.close()
    before = read_assets(folder)
    ours = {asset["uuid"]: path for path, asset in before.items()}
    changed, texts = [], set()
    for kind, exported in _exports(set(ours)):
        path = ours.get(exported["uuid"]) or _new_path(kind, exported)
        asset = as_asset(kind, exported, before.get(path), currency)
        texts |= {text.strip() for text in texts_of(asset)}
        file = folder / path
        if not file.exists() or file.read_text(encoding="utf-8") != written(asset):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(written(asset), encoding="utf-8")
            changed.append(path)
    missing = sorted(texts - set(french()))
    return [*changed, *(f"words.yml lacks: {text}" for text in missing)]


def _exports(ours: set[str]) -> Iterable[tuple[str, Asset]]:
    """Every dashboard of ours as Superset exports it, with its charts and their datasets."""
    from superset.app import create_app

    app = create_app()
    # Models can be imported only once the application is there.
    from superset import db, security_manager
    from superset.commands.chart.export import ExportChartsCommand
    from superset.commands.dashboard.export import ExportDashboardsCommand
    from superset.commands.dataset.export import ExportDatasetsCommand
    from superset.models.dashboard import Dashboard
    from superset.utils.core import override_user

    def all_of(kind: str, command: Any, ids: list[int]) -> Iterable[tuple[str, Asset]]:
        for path, content in command(ids, export_related=False).run():
            if path.startswith(f"{kind}/"):
                yield kind, yaml.safe_load(_called(content))

    with app.app_context(), override_user(security_manager.find_user(username=ADMIN)):
        dashboards = [d for d in db.session.query(Dashboard).all() if str(d.uuid) in ours]
        charts = {chart.id: chart for dashboard in dashboards for chart in dashboard.slices}
        datasets = sorted({chart.datasource_id for chart in charts.values()})
        yield from all_of("datasets", ExportDatasetsCommand, datasets)
        yield from all_of("charts", ExportChartsCommand, sorted(charts))
        yield from all_of("dashboards", ExportDashboardsCommand, [d.id for d in dashboards])


def _called(content: Callable[[], str] | str) -> str:
    return content() if callable(content) else content


def _new_path(kind: str, asset: Asset) -> str:
    name = asset.get("slice_name") or asset.get("dashboard_title") or asset["table_name"]
    slug = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    folder = {"datasets": "datasets/Encours", "charts": "charts/new"}.get(kind, kind)
    return str(Path(folder) / f"{slug}.yaml")


def _forget_currency(node: Any, currency: str) -> None:
    for child in node.values() if isinstance(node, dict) else node:
        if isinstance(child, dict) and child.get("symbol") == currency:
            child["symbol"] = CURRENCY
        elif isinstance(child, dict | list):
            _forget_currency(child, currency)


def _own_columns(dataset: Asset, before: Asset | None) -> None:
    """Keep the columns with words; the publication knows the others, and every type."""
    order = {c["column_name"]: i for i, c in enumerate(before["columns"])} if before else {}
    columns = [
        {key: column.get(key) for key in _keys(column)}
        for column in dataset["columns"]
        if column.get("verbose_name") or column.get("expression")
    ]
    dataset["columns"] = sorted(
        columns, key=lambda column: order.get(column["column_name"], len(order))
    )
    names = [m["metric_name"] for m in before["metrics"]] if before else []
    dataset["metrics"].sort(
        key=lambda metric: (
            names.index(metric["metric_name"]) if metric["metric_name"] in names else len(names)
        )
    )


def _keys(column: Asset) -> tuple[str, ...]:
    return _CALCULATED_KEYS if column.get("expression") else _COLUMN_KEYS


def _own_numbers(dashboard: Asset) -> None:
    """Number the charts of a dashboard from 1, in its filters too."""
    nodes = [
        node
        for node in dashboard["position"].values()
        if isinstance(node, dict) and node["type"] == "CHART"
    ]
    numbers = {node["meta"]["chartId"]: number for number, node in enumerate(nodes, start=1)}
    for node in nodes:
        node["meta"]["chartId"] = numbers[node["meta"]["chartId"]]
    for native in dashboard["metadata"].get("native_filter_configuration", []):
        excluded = native["scope"]["excluded"]
        native["scope"]["excluded"] = sorted(numbers[i] for i in excluded if i in numbers)


def _without(node: Any) -> Any:
    if isinstance(node, list):
        return [_without(child) for child in node]
    if isinstance(node, dict):
        return {k: _without(child) for k, child in node.items() if k not in _OF_THE_MOMENT}
    return node


def _ordered(node: Any, before: Any) -> Any:
    """Put keys in the order of the asset before; keys it does not have stay out where empty."""
    if isinstance(node, list) and isinstance(before, list) and len(node) == len(before):
        return [_ordered(child, old) for child, old in zip(node, before, strict=True)]
    if not (isinstance(node, dict) and isinstance(before, dict)):
        return node
    known = {key: _ordered(node[key], old) for key, old in before.items() if key in node}
    more = {k: v for k, v in node.items() if k not in before and v not in (None, "", [], {}, False)}
    return {**known, **more}
