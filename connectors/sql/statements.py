"""A configured query: one statement that only reads, or an error that says why not.

Belongs here: the check before a query is sent. Does not belong here: what keeps a query from
writing (the read-only transaction, and a user who may not write); this check names the mistake early.
"""

from __future__ import annotations

from connectors.errors import SourceError

# SQLAlchemy's dialect names to sqlglot's, where they differ.
_GRAMMARS = {"postgresql": "postgres", "mssql": "tsql", "mariadb": "mysql"}


def checked_query(entity: str, query: str, dialect: str) -> str:
    """The query without its closing semicolon, once it is known to be one SELECT.

    Args:
        entity: Name for messages.
        query: SQL as configured.
        dialect: SQLAlchemy's name of the database.

    Raises:
        SourceError: It is not SQL of that database, several statements, or not a SELECT.
    """
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    place = f"The query of {entity}"
    grammar = _GRAMMARS.get(dialect, dialect)
    try:
        parsed = sqlglot.parse(query, read=grammar if sqlglot.Dialect.get(grammar) else None)
    except SqlglotError:
        raise SourceError(
            f"{place} cannot be read as SQL of {dialect}.",
            "Correct it, or make it a view and name that as 'table'.",
        ) from None
    statements = [statement for statement in parsed if statement is not None]
    if len(statements) != 1:
        raise SourceError(
            f"{place} has {len(statements)} statements.", "Write one SELECT, nothing after it."
        )
    [statement] = statements
    writing = (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Into, exp.Lock, exp.DDL)
    if not isinstance(statement, exp.Query) or statement.find(*writing):
        raise SourceError(
            f"{place} does more than read.", "Write one SELECT without INTO, FOR UPDATE or changes."
        )
    return query.rstrip("; \t\r\n")
