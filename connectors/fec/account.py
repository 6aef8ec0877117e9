"""A customer's account while it is being matched: what is owed, what settles it, and in which order.

Belongs here: the pieces of one account, allocations and their reversal, the search for what fits an
amount. Does not belong here: the order in which tiers are tried (`matching`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

# A run of consecutive invoices is looked for among so many of the oldest open ones.
LONGEST_SEARCH = 300


@dataclass(slots=True, eq=False)
class Piece:
    """A row of a customer's account, or what all its opening rows of one side add up to.

    Attributes:
        number: Its row number in `_fec_pieces`.
        kind: Its class.
        cents: Signed amount in cents; a debit is owed, a credit settles.
        day: Date of the entry, as an ordinal.
        due: Due date of a debit, as an ordinal.
        open_cents: What is neither settled nor used, never negative.
        group: Its matching group after groups were joined; None where it has none.
        names: Invoice numbers it has (a debit) or names (a credit).
        target: The opening item that an opening row is a part of; else itself.
        is_outside: Its group points to cash outside the files.
        is_reversed: A returned payment took it back.
        reverses: Row number of the payment it takes back.
    """

    number: int
    kind: str
    cents: int
    day: int
    due: int
    open_cents: int = 0
    group: tuple[object, ...] | None = None
    names: tuple[str, ...] = ()
    target: Piece | None = None
    is_outside: bool = False
    is_reversed: bool = False
    reverses: int | None = None

    @property
    def left(self) -> int:
        """What may still be settled or used, of a part not more than of the whole."""
        return min(self.open_cents, self.target.open_cents) if self.target else self.open_cents

    def use(self, cents: int) -> None:
        """Take from what is left, of a part also from the whole."""
        self.open_cents -= cents
        if self.target:
            self.target.open_cents -= cents


@dataclass(slots=True)
class Allocation:
    """A credit settles a debit, or a returned payment reopens one (negative cents).

    Attributes:
        credit: Row number of what settles.
        debit: Row number of what is settled.
        cents: Amount in cents.
        day: The later of both days, as an ordinal.
        tier: T1 to T5.
        step: What told them to belong together.
        reversible: Cents that no returned payment has taken back.
    """

    credit: int
    debit: int
    cents: int
    day: int
    tier: str
    step: str
    reversible: int = 0


@dataclass
class Account:
    """The allocations of one customer."""

    allocations: list[Allocation] = field(default_factory=list)
    by_credit: dict[int, list[tuple[Allocation, Piece]]] = field(default_factory=dict)

    def settle(self, credit: Piece, debit: Piece, tier: str, step: str) -> int:
        """Allocate as much as both have left; opening items are always T5. Returns the cents."""
        cents = min(credit.left, debit.left)
        if cents <= 0:
            return 0
        credit.use(cents)
        debit.use(cents)
        whole, source = debit.target or debit, credit.target or credit
        if "opening" in (whole.kind, source.kind):
            tier = "T5"
        day = max(source.day, whole.day)
        allocation = Allocation(source.number, whole.number, cents, day, tier, step, cents)
        self.allocations.append(allocation)
        self.by_credit.setdefault(source.number, []).append((allocation, debit))
        return cents

    def take_back(self, returned: Piece, payment: Piece, tier: str) -> list[Piece]:
        """Let a returned payment reopen what it had paid, last first.

        Returns:
            The debits that are open again.
        """
        returned.reverses = payment.number
        payment.is_reversed = True
        unused = min(returned.open_cents, payment.open_cents)
        payment.open_cents -= unused
        returned.open_cents -= unused
        reopened = []
        for allocation, debit in reversed(self.by_credit.get(payment.number, [])):
            cents = min(allocation.reversible, returned.open_cents)
            if cents <= 0:
                continue
            allocation.reversible -= cents
            returned.open_cents -= cents
            debit.use(-cents)
            day = max(returned.day, debit.day)
            tier_now = "T5" if allocation.tier == "T5" else tier
            self.allocations.append(
                Allocation(returned.number, allocation.debit, -cents, day, tier_now, "returned")
            )
            reopened.append(debit)
        return reopened


class Debts:
    """Open debits in order, found by age, by amount or as a run."""

    def __init__(self, debits: Iterable[Piece], by_due: bool) -> None:
        self._debits = sorted(
            debits, key=lambda d: (d.due, d.number) if by_due else (d.day, d.number)
        )
        self._head = 0
        self._by_cents: dict[int, list[Piece]] = {}
        self._skip: dict[int, int] = {}
        for debit in self._debits:
            self.note(debit)

    def note(self, debit: Piece) -> None:
        """Make a debit findable by what it now has left."""
        if debit.left > 0:
            self._by_cents.setdefault(debit.left, []).append(debit)

    def of_amount(self, cents: int, until: int) -> Piece | None:
        """The first debit of exactly this amount that existed by a day."""
        found = self._by_cents.get(cents, [])
        start = self._skip.get(cents, 0)
        while start < len(found) and found[start].left != cents:
            start += 1
        self._skip[cents] = start
        for debit in found[start : start + LONGEST_SEARCH]:
            if debit.left == cents and debit.day <= until:
                return debit
        return None

    def oldest(self, until: int) -> Iterator[Piece]:
        """Open debits that existed by a day, first ones first."""
        while self._head < len(self._debits) and self._debits[self._head].left <= 0:
            self._head += 1
        later = 0
        for place in range(self._head, len(self._debits)):
            debit = self._debits[place]
            if debit.left <= 0:
                continue
            if debit.day <= until:
                yield debit
            elif (later := later + 1) > LONGEST_SEARCH:
                return

    def run_of(self, cents: int, until: int) -> list[Piece]:
        """The first run of consecutive open debits that adds up to an amount; empty where none does."""
        run: list[Piece] = []
        total = 0
        for searched, debit in enumerate(self.oldest(until)):
            if searched >= LONGEST_SEARCH:
                break
            run.append(debit)
            total += debit.left
            while total > cents:
                total -= run.pop(0).left
            if total == cents:
                return run
        return []

    def rewind(self) -> None:
        """Look at all debits again: some were reopened."""
        self._head = 0
        self._skip.clear()
