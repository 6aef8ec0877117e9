"""Which candidates hold together: one customer for each cluster of parties, no account merged.

Belongs here: union-find over candidates, strongest first, and the conflicts it meets. Does not belong
here: finding candidates, reading or writing tables.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

Token = tuple[str, int]


class Candidate(NamedTuple):
    """Two parties that may be one; parties are numbered by precedence.

    Attributes:
        left: The party of the source with precedence.
        right: The other one.
        tier: Index of the method, strongest first.
        confidence: 0 to 1.
        evidence: What they share.
        reason: What speaks against, null where nothing does.
    """

    left: int
    right: int
    tier: int
    confidence: float
    evidence: str
    reason: str | None = None


@dataclass
class Clusters:
    """Parties joined so far.

    A cluster holds each token once: a party of a ledger carries its source's, so that no two accounts
    of one ledger meet; two parties that a person set apart carry one of their own.

    Attributes:
        tokens: Tokens of each party that has any.
        accepted: Candidates that joined two clusters: a forest.
        rejected: Candidates that would have joined what must stay apart.
    """

    tokens: dict[int, set[Token]]
    accepted: list[Candidate] = field(default_factory=list)
    rejected: list[Candidate] = field(default_factory=list)
    _parent: dict[int, int] = field(default_factory=dict)

    def find(self, party: int) -> int:
        """The party that stands for a party's cluster."""
        parent = self._parent
        root = party
        while (above := parent.get(root, root)) != root:
            root = above
        while (above := parent.get(party, party)) != root:
            parent[party], party = root, above
        return root

    def held(self, party: int) -> set[Token]:
        """The tokens of a party's cluster."""
        return self.tokens.get(self.find(party), set())

    def join(self, candidate: Candidate) -> None:
        """Join two clusters, whatever their tokens: a person may merge two accounts."""
        left, right = sorted((self.find(candidate.left), self.find(candidate.right)))
        if left != right:
            self._parent[right] = left
            if right in self.tokens:
                self.tokens[left] = self.tokens.get(left, set()) | self.tokens[right]
            self.accepted.append(candidate)

    def add(self, candidates: Iterable[Candidate]) -> None:
        """Accept candidates, the strongest first; of equally strong ones that conflict, none.

        Args:
            candidates: Candidates nothing speaks against, in any order.
        """
        ordered = sorted(candidates, key=lambda c: (c.tier, -c.confidence, c.left, c.right))
        for _, group in groupby(ordered, key=lambda c: (c.tier, c.confidence)):
            self._add_equals(list(group))

    def _add_equals(self, group: Sequence[Candidate]) -> None:
        """Accept those of equally strong candidates that lie on no way between two that must stay apart."""
        links: dict[int, list[int]] = defaultdict(list)
        ends = [(self.find(c.left), self.find(c.right)) for c in group]
        for position, (left, right) in enumerate(ends):
            if left != right:
                links[left].append(position)
                links[right].append(position)
        barred: set[int] = set()
        for members in _components(links, ends):
            barred |= self._barred(members, links, ends)
        for position, candidate in enumerate(group):
            if position in barred:
                self.rejected.append(candidate)
            else:
                self.join(candidate)

    def _barred(
        self, members: list[int], links: dict[int, list[int]], ends: list[tuple[int, int]]
    ) -> set[int]:
        """Positions of the candidates of one component to refuse; none where nothing conflicts."""
        counts: dict[Token, int] = defaultdict(int)
        for member in members:
            for token in self.tokens.get(member, ()):
                counts[token] += 1
        disputed = {token for token, count in counts.items() if count > 1}
        if not disputed:
            return set()
        # A cluster at the end of one link that disputes nothing may stay with its neighbour; what then
        # remains lies between two that must stay apart.
        open_links = {member: set(links[member]) for member in members}
        leaves = [m for m in members if not self.tokens.get(m, set()) & disputed]
        while leaves:
            leaf = leaves.pop()
            neighbours = {end for p in open_links[leaf] for end in ends[p]} - {leaf}
            if len(neighbours) != 1:
                continue
            (neighbour,) = neighbours
            open_links[neighbour] -= open_links[leaf]
            open_links[leaf] = set()
            if not self.tokens.get(neighbour, set()) & disputed:
                leaves.append(neighbour)
        return set().union(*open_links.values())


def _components(links: dict[int, list[int]], ends: list[tuple[int, int]]) -> Iterable[list[int]]:
    seen: set[int] = set()
    for start in links:
        if start in seen:
            continue
        members, queue = [], [start]
        seen.add(start)
        while queue:
            member = queue.pop()
            members.append(member)
            for position in links[member]:
                for other in ends[position]:
                    if other not in seen:
                        seen.add(other)
                        queue.append(other)
        yield members


class Membership(NamedTuple):
    """How a party belongs to its customer.

    Attributes:
        customer: The party whose id the customer has.
        path: The candidates between the two, from the customer; empty for the customer itself.
        confidence: Product of their confidences.
    """

    customer: int
    path: tuple[Candidate, ...]
    confidence: float


def memberships(
    accepted: Sequence[Candidate], ledger: Sequence[int], confidence: float, moved: frozenset[int]
) -> dict[int, Membership]:
    """The customer of every party that has one.

    Args:
        accepted: The forest of `Clusters`.
        ledger: Parties of ledgers, in order of precedence; each has a customer.
        confidence: A party that others link to a customer with less than this does not belong to it.
        moved: Parties that a person linked to another of the same ledger: the other gives the id.
    """
    links: dict[int, list[tuple[int, Candidate]]] = defaultdict(list)
    for candidate in accepted:
        links[candidate.left].append((candidate.right, candidate))
        links[candidate.right].append((candidate.left, candidate))
    found: dict[int, Membership] = {}
    for customer in ledger:
        if customer in found or (customer in moved and links[customer]):
            continue
        _spread(customer, links, confidence, found)
    for customer in ledger:
        if customer not in found:
            _spread(customer, links, confidence, found)
    return found


def _spread(
    customer: int,
    links: dict[int, list[tuple[int, Candidate]]],
    confidence: float,
    found: dict[int, Membership],
) -> None:
    found[customer] = Membership(customer, (), 1.0)
    queue = [customer]
    while queue:
        party = queue.pop()
        _, path, reached = found[party]
        for other, candidate in links[party]:
            product = round(reached * candidate.confidence, 6)
            if other not in found and product >= confidence:
                found[other] = Membership(customer, (*path, candidate), product)
                queue.append(other)
