"""Matching groups (lettrage): which rows the bookkeeper set against each other, across accounts and years.

Belongs here: the identity of a group and what joins two of them. Does not belong here: who pays what
inside a group (`matching`).

Codes restart per customer: a group is a file, an account, an auxiliary code and a matching code. A date
of matching says nothing about payment and is not read.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

Key = tuple[object, ...]


@dataclass(slots=True)
class Row:
    """What groups need to know of a row.

    Attributes:
        number: Row number in `_fec_pieces`.
        kind: Its class; `carried` is an opening row whose year before is loaded.
        cents: Signed amount.
        day: Date as an ordinal.
        file_number: Which file, from 1.
        account: CompteNum.
        auxiliary: CompAuxNum.
        lettering: EcritureLet.
        piece: PieceRef.
        entry_id: Its entry.
    """

    number: int
    kind: str
    cents: int
    day: int
    file_number: int
    account: str
    auxiliary: str | None
    lettering: str | None
    piece: str | None
    entry_id: int

    @property
    def key(self) -> Key | None:
        """The row's own group."""
        if self.lettering is None:
            return None
        return self.file_number, self.account, self.auxiliary, self.lettering


def join_groups(rows: list[Row]) -> dict[int, Key]:
    """Row number to group, for one customer's rows in order of their dates.

    Groups are one where an internal transfer connects them (an invoice on 411, its bill on 413), where
    an opening row carries an invoice of the year before into them, and where the same code of two
    files leaves rests that cancel each other.
    """
    parent: dict[Key, Key] = {}

    def root(key: Key) -> Key:
        while parent.setdefault(key, key) != key:
            key = parent[key]
        return key

    group_of = {row.number: row.key for row in rows if row.key is not None}
    internal: dict[int, list[Key]] = defaultdict(list)
    for row in rows:
        if row.kind == "internal" and row.key is not None:
            internal[row.entry_id].append(row.key)
    for keys in internal.values():
        for key in keys[1:]:
            parent[root(key)] = root(keys[0])
    if any(row.kind == "carried" for row in rows):
        for row, origin in _carried(rows):
            key = group_of.setdefault(origin.number, ("carried", origin.number))
            if row.key is not None:
                parent[root(key)] = root(row.key)
    groups = {number: root(key) for number, key in group_of.items()}
    if len({row.file_number for row in rows}) > 1:
        _join_years(rows, groups)
    return groups


def _carried(rows: list[Row]) -> list[tuple[Row, Row]]:
    """Lettered opening rows of later years, each with the older row it carries where that is certain."""
    candidates: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        if row.kind not in ("carried", "internal"):
            candidates[row.cents].append(row)
    pairs = []
    taken: set[tuple[int, int]] = set()
    for row in rows:
        if row.kind != "carried" or row.lettering is None:
            continue
        older = [
            other
            for other in candidates[row.cents]
            if other.file_number < row.file_number and (row.file_number, other.number) not in taken
        ]
        same = [other for other in older if row.piece is not None and other.piece == row.piece]
        if len(same) == 1 or (not same and len(older) == 1):
            origin = (same or older)[0]
            taken.add((row.file_number, origin.number))
            pairs.append((row, origin))
    return pairs


def _join_years(rows: list[Row], groups: dict[int, Key]) -> None:
    """Give two groups of one code in two files one name where together they balance."""
    rests: dict[Key, int] = defaultdict(int)
    codes: dict[Key, dict[int, Key]] = defaultdict(dict)
    for row in rows:
        if row.number in groups and row.kind not in ("carried", "internal"):
            rests[groups[row.number]] += row.cents
            codes[(row.account, row.auxiliary, row.lettering)][row.file_number] = groups[row.number]
    renamed: dict[Key, Key] = {}
    for (_, _, code), by_file in codes.items():
        files = sorted(by_file)
        for earlier, later in pairwise(files):
            first, second = by_file[earlier], by_file[later]
            open_rests = rests[first] != 0 and rests[second] != 0 and first != second
            if code is not None and open_rests and rests[first] + rests[second] == 0:
                renamed[second] = first
    for number, key in groups.items():
        groups[number] = renamed.get(key, key)
