"""Headings onto contract columns, as SQL over the text of a file.

Belongs here: which rows of a file belong to an entity and which text each column gets. Does not
belong here: typing, quarantine (`connectors.landing`).
"""

from __future__ import annotations

from connectors.contract import Column, Entity
from connectors.files.declaration import Condition, Heading, MappedEntity
from connectors.files.planning import PlannedFile
from connectors.validation import AMOUNT_DECIMALS, identifier, number_expression, quoted

_NOTHING = "cast(null as varchar)"


def extra_headings(file: PlannedFile, headings: list[str]) -> tuple[str, ...]:
    """Headings of the file that no entity takes."""
    used = file.used if file.parts else set(file.entity.column_names)
    return tuple(heading for heading in headings if heading and heading not in used)


def projection(file: PlannedFile, headings: list[str], table: str) -> str:
    """SQL of the entity's rows: the contract's columns, `_line`, `_extra`.

    Args:
        file: Entity and file.
        headings: Headings of the file.
        table: The file's rows.
    """
    extra = extra_headings(file, headings)
    if file.parts:
        parts = [_mapped(file, part, extra, table) for part in file.parts]
        return " union all ".join(parts)
    columns = ", ".join(
        f"{identifier(name) if name in headings else _NOTHING} as {identifier(name)}"
        for name in file.entity.column_names
    )
    return f"select {columns}, _line, {_kept(extra)} as _extra from {table}"


def _kept(extra: tuple[str, ...]) -> str:
    if not extra:
        return "cast(null as json)"
    fields = ", ".join(f"{identifier(h)} := {identifier(h)}" for h in extra)
    return f"to_json(struct_pack({fields}))"


def _mapped(file: PlannedFile, part: MappedEntity, extra: tuple[str, ...], table: str) -> str:
    entity = file.entity
    columns = ", ".join(
        f"{_text_of(file, part, column)} as {identifier(column.name)}"
        for column in entity.typed_columns
    )
    # What is the same in many rows goes without what differs in them.
    kept = _kept(() if part.is_distinct else extra)
    conditions = _conditions(entity, part)
    where = f" where {' and '.join(conditions)}" if conditions else ""
    rows = f"select {columns}, _line, {kept} as _extra from {table}{where}"
    if part.is_distinct:
        return _one_of(rows, entity.column_names, "_line")
    if part.is_last_of_key:
        return _one_of(rows, entity.key, "_line desc")
    return f"({rows})"


def _one_of(rows: str, columns: tuple[str, ...], order: str) -> str:
    names = ", ".join(identifier(name) for name in columns)
    return (
        f"(select * from ({rows})"
        f" qualify row_number() over (partition by {names} order by {order}) = 1)"
    )


def _conditions(entity: Entity, part: MappedEntity) -> list[str]:
    conditions = [f"{identifier(name)} is not null" for name in part.require]
    if part.require_any:
        conditions.append(
            f"coalesce({', '.join(identifier(name) for name in part.require_any)}) is not null"
        )
    if part.not_zero:
        # Zeros, marks and signs only: no digit from 1 to 9 in it and at least one 0.
        text = identifier(part.not_zero)
        conditions.append(
            f"not (contains(coalesce({text}, ''), '0') and not regexp_matches({text}, '[^0.,+\\s\u00a0\u202f-]'))"
        )
    conditions += [_condition(condition) for condition in part.where]
    if part.sign and entity.amount:
        amount = identifier(str(part.columns[entity.amount].heading))
        negative = f"starts_with(coalesce({amount}, ''), '-')"
        conditions.append(negative if part.sign == "negative" else f"not {negative}")
    return conditions


def _condition(condition: Condition) -> str:
    text = f"lower({identifier(condition.heading)})"
    if condition.starts_with:
        starts = " or ".join(
            f"starts_with({text}, {quoted(start.lower())})" for start in condition.starts_with
        )
        return f"coalesce({starts}, false)"
    words = condition.equals or condition.differs_from
    listed = f"coalesce({text} in ({', '.join(quoted(word.lower()) for word in words)}), false)"
    return listed if condition.equals else f"not {listed}"


def _text_of(file: PlannedFile, part: MappedEntity, column: Column) -> str:
    given = part.columns.get(column.name)
    if given is None:
        return _NOTHING
    if given.value is not None:
        return quoted(given.value)
    text = (
        " || '-' || ".join(identifier(name) for name in given.headings)
        if given.headings
        else identifier(str(given.heading))
    )
    if given.strip_zeros:
        text = f"regexp_replace({text}, '^0+(.)', '\\1')"
    if given.values:
        meanings = " ".join(
            f"when {quoted(word.lower())} then {quoted(meaning)}"
            for word, meaning in given.values.items()
        )
        text = f"case lower({text}) {meanings} else {text} end"
    if given.round:
        text = _rounded(text, file)
    if given.at_most:
        text = _at_most(text, given, file)
    is_credit = part.sign == "negative" and column.type == "amount"
    # Both together cancel each other.
    if given.negate != is_credit:
        text = _negated(text)
    return f"{quoted(given.prefix)} || {text}" if given.prefix else text


def _negated(text: str) -> str:
    return (
        f"case when starts_with({text}, '-') then substr({text}, 2)"
        f" else '-' || ltrim({text}, '+') end"
    )


def _rounded(text: str, file: PlannedFile) -> str:
    """A number with more decimals than are kept, rounded half away from zero; other text as it is."""
    number = number_expression(f"({text})", file.form.text_form, "decimal(38,20)")
    rounded = f"cast(cast(round({number}, 2) as decimal(38,2)) as varchar)"
    return f"coalesce(replace({rounded}, '.', {quoted(file.form.decimal)}), {text})"


def _at_most(text: str, given: Heading, file: PlannedFile) -> str:
    """The lesser of two amounts, as its own text; unreadable ones are left to fail as they are."""
    limit = identifier(str(given.at_most))
    if given.round:
        limit = _rounded(limit, file)
    this, most = (
        number_expression(f"({amount})", file.form.text_form, "decimal(18,2)", AMOUNT_DECIMALS)
        for amount in (text, limit)
    )
    return f"case when {this} > {most} then {limit} else {text} end"
