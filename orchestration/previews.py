"""What a person wants to see of a table in the Dagster UI: its size, its last rows, a picture.

Belongs here: metadata made from warehouse tables. Does not belong here: the numbers behind them.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

from orchestration.warehouse import reading

# Headline tables: which of their rows show most, newest first.
_PREVIEWS = {
    "fct_dso": "select as_of_date, ar_net_amount_reporting, past_due_amount_reporting, dso_rolling_3m, dso_countback,"
    " bpdso_3m, add_3m from marts.fct_dso order by as_of_date desc limit 13",
    "fct_days_to_pay": "select as_of_date, receipt_count, weighted_avg_days_to_pay, weighted_avg_terms_days,"
    " weighted_avg_days_late from marts.fct_days_to_pay order by as_of_date desc limit 13",
    "fct_mrr_movements": "select as_of_date, opening_mrr_reporting, new_mrr_reporting, expansion_mrr_reporting,"
    " contraction_mrr_reporting, churn_voluntary_mrr_reporting, churn_involuntary_mrr_reporting, fx_mrr_reporting,"
    " closing_mrr_reporting from marts.fct_mrr_movements order by as_of_date desc limit 13",
    "fct_source_loads": "from marts.fct_source_loads order by entity",
    "fct_cash_landing": "from marts.fct_cash_landing order by horizon_date",
    "fct_model_evaluations": "from marts.fct_model_evaluations order by model, segment, metric",
    "int_suspense_items": "select entity, reason, currency, count(*) as rows, sum(amount) as amount"
    " from intermediate.int_suspense_items group by all order by all limit 20",
}

# Picture of a table: title, names of its lines, query.
_LINES: dict[str, tuple[str, tuple[str, ...], str]] = {
    "fct_dso": (
        "DSO, days",
        ("three months", "best possible"),
        "select as_of_date, dso_rolling_3m, bpdso_3m from marts.fct_dso order by 1",
    ),
    "fct_days_to_pay": (
        "Weighted averages, days",
        ("days to pay", "terms"),
        "select as_of_date, weighted_avg_days_to_pay, weighted_avg_terms_days from marts.fct_days_to_pay order by 1",
    ),
    "fct_mrr_movements": (
        "MRR in the reporting currency",
        ("MRR",),
        "select as_of_date, closing_mrr_reporting from marts.fct_mrr_movements order by 1",
    ),
}


def table_metadata(warehouse: Path, names: Collection[str]) -> dict[str, dict[str, Any]]:
    """Row count of tables, previews and pictures of the headline ones, by table name.

    Args:
        warehouse: The warehouse, not open for writing.
        names: The tables that are asked for; views and names of no table have no metadata.
    """
    with reading(warehouse) as connection:
        counts = connection.execute(
            "select table_schema, table_name from information_schema.tables"
            " where table_type = 'BASE TABLE' and table_schema in ('intermediate', 'marts', 'features')"
        ).fetchall()
        details: dict[str, dict[str, Any]] = {}
        for schema, table in counts:
            if table not in names:
                continue
            rows = connection.execute(f'select count(*) from {schema}."{table}"').fetchall()[0][0]
            details[table] = {"dagster/row_count": rows}
        for table, query in _PREVIEWS.items():
            if table in details:
                details[table]["preview"] = dg.MetadataValue.md(markdown_table(connection, query))
        for table, (title, names, query) in _LINES.items():
            if table in details:
                points = connection.execute(query).fetchall()
                details[table]["picture"] = dg.MetadataValue.md(line_picture(title, names, points))
    return details


def markdown_table(connection: duckdb.DuckDBPyConnection, query: str) -> str:
    """The rows of a query as a Markdown table; null shows as nothing."""
    relation = connection.execute(query)
    headings = [column[0] for column in relation.description or []]
    rows = [
        ["" if v is None else str(v).replace("|", "\\|") for v in row]
        for row in relation.fetchall()
    ]
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def line_picture(title: str, names: Sequence[str], points: Sequence[tuple[Any, ...]]) -> str:
    """A Markdown image of one or two lines over time; empty text without two points.

    Args:
        title: What is drawn, with its unit.
        names: Name of each line, two at most.
        points: Rows of (date, value, second value …), oldest first; null values break nothing.
    """
    series = list(zip(*points, strict=True))
    values = [float(v) for line in series[1:] for v in line if v is not None]
    if len(points) < 2 or not values:
        return ""
    top, bottom = max([*values, 0.0]), min([*values, 0.0])
    scale = (top - bottom) or 1.0
    width, height, colours = 560, 180, ("#1f4e79", "#c55a11")

    def place(index: int, value: float) -> str:
        across = 20 + index * (width - 40) / (len(points) - 1)
        down = height - 20 - (value - bottom) / scale * (height - 65)
        return f"{across:.1f},{down:.1f}"

    lines = "".join(
        f'<polyline fill="none" stroke="{colours[i % 2]}" stroke-width="2" points="'
        + " ".join(place(k, float(v)) for k, v in enumerate(line) if v is not None)
        + '"/>'
        for i, line in enumerate(series[1:])
    )
    legend = "".join(
        f'<text x="{20 + 130 * i}" y="32" fill="{colours[i % 2]}">{name}</text>'
        for i, name in enumerate(names)
    )
    zero = (
        f'<line x1="20" x2="{width - 20}" y1="{height - 20}" y2="{height - 20}" stroke="#999999"/>'
    )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif"'
        f' font-size="12"><rect width="100%" height="100%" fill="#ffffff"/>'
        f'<text x="20" y="16">{title}: {points[0][0]} to {points[-1][0]}, highest {top:,.1f}</text>'
        f"{legend}{zero}{lines}</svg>"
    )
    return f"![{title}](data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()})"
