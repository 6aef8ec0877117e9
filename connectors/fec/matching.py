"""Which credit settles which debit, and how sure that is: tiers T1 to T5 of one customer.

Belongs here: the order in which matching groups, labels, amounts and ages are believed. Does not
belong here: joining groups (`groups`), building records of it (`entities`).

A payment's date is its own row's; a group is believed for who pays what and never for when.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from connectors.fec.account import Account, Debts, Piece

OWED = frozenset({"invoice", "loss_reversed", "difference", "transfer", "unclassified", "opening"})
CASH = frozenset({"payment", "advance"})
TAKEN_BACK = frozenset({"returned", "refund", "advance_reversed"})
_END_OF_TIME = 10**7


def match_account(pieces: list[Piece]) -> Account:
    """Allocate all credits of one customer.

    Args:
        pieces: Its rows by day, `open_cents` set; rows of the opening entry as parts of their item.
    """
    account = Account()
    groups: dict[tuple[object, ...], list[Piece]] = defaultdict(list)
    for piece in pieces:
        if piece.group is not None:
            groups[piece.group].append(piece)
    for members in groups.values():
        _settle_group(account, members)
    _settle_rest(account, pieces)
    return account


def _settle_group(account: Account, members: list[Piece]) -> None:
    rows = [piece for piece in members if piece.kind != "internal"]
    debits = [piece for piece in rows if _is_debt(piece)]
    credits = [piece for piece in rows if piece.cents < 0]
    if not credits:
        # Lettered against something that is in no file; where a bill or a doubtful debt took its
        # place, what pays that may still come.
        for piece in debits:
            piece.is_outside = len(rows) == len(members)
        return
    payments = sorted((p for p in credits if p.kind in CASH), key=_by_day)
    others = sorted((p for p in credits if p.kind not in CASH), key=_by_day)
    returned = sorted((p for p in rows if p.kind == "returned"), key=_by_day)
    is_balanced = sum(piece.cents for piece in rows) == 0
    tier = "T3" if not is_balanced else "T1" if len(payments) <= 1 else "T2"
    debts = Debts(debits, by_due=True)
    for credit in others:
        _settle_exactly(account, debts, credit, _END_OF_TIME, tier, "group")
        _settle_oldest(account, debts, credit, _END_OF_TIME, tier, "group")
    for event in sorted((*payments, *returned), key=_by_day):
        if event.kind == "returned":
            _take_back(account, debts, event, payments, tier)
            continue
        _settle_exactly(account, debts, event, _END_OF_TIME, tier, "group")
        _settle_oldest(account, debts, event, _END_OF_TIME, tier, "group")
    for refund in rows:
        if refund.kind in TAKEN_BACK and refund.kind != "returned":
            _reserve(refund, payments)
    for piece in debits:
        # What a group leaves open was paid elsewhere, or is the rest of a part payment.
        piece.is_outside = piece.left > 0


def _settle_rest(account: Account, pieces: list[Piece]) -> None:
    credits = sorted((p for p in pieces if p.cents < 0 and p.left > 0), key=_by_day)
    debits = [p for p in pieces if _is_debt(p) and p.left > 0 and not p.is_outside]
    taken = [p for p in pieces if p.kind in TAKEN_BACK and p.open_cents > 0]
    if not credits and not taken:
        return
    debts = Debts(debits, by_due=False)
    for refund in taken:
        if refund.kind != "returned":
            _reserve(refund, credits)
    _settle_by_name(account, debts, debits, credits)
    _settle_by_amount_and_age(account, debts, credits)
    returned = [p for p in taken if p.kind == "returned"]
    payments = [p for p in pieces if p.kind in CASH]
    reopened = [
        debit
        for piece in sorted(returned, key=_by_day)
        for debit in _take_back(account, debts, piece, payments, "T4")
    ]
    if reopened:
        open_again = Debts({id(d): d for d in (*debits, *reopened)}.values(), by_due=False)
        _settle_by_amount_and_age(account, open_again, credits)


def _settle_by_name(
    account: Account, debts: Debts, debits: Iterable[Piece], credits: list[Piece]
) -> None:
    by_name = {name: debit for debit in debits for name in debit.names}
    for credit in credits:
        for name in credit.names:
            if name in by_name and account.settle(credit, by_name[name], "T4", "label"):
                debts.note(by_name[name])


def _settle_by_amount_and_age(account: Account, debts: Debts, credits: list[Piece]) -> None:
    ordered = [p for p in credits if p.kind not in CASH] + [p for p in credits if p.kind in CASH]
    for credit in ordered:
        _settle_exactly(account, debts, credit, credit.day, "T4", "amount")
    for credit in ordered:
        if credit.kind in CASH and credit.left > 0:
            for debit in debts.run_of(credit.left, credit.day):
                account.settle(credit, debit, "T4", "run")
    for credit in credits:
        _settle_oldest(account, debts, credit, credit.day, "T4", "oldest")
    # Paid before it was invoiced.
    debts.rewind()
    for credit in credits:
        _settle_exactly(account, debts, credit, _END_OF_TIME, "T4", "later")
        _settle_oldest(account, debts, credit, _END_OF_TIME, "T4", "later")


def _settle_exactly(
    account: Account, debts: Debts, credit: Piece, until: int, tier: str, step: str
) -> None:
    if credit.left > 0 and (debit := debts.of_amount(credit.left, until)):
        account.settle(credit, debit, tier, step)


def _settle_oldest(
    account: Account, debts: Debts, credit: Piece, until: int, tier: str, step: str
) -> None:
    if credit.left <= 0:
        return
    for debit in debts.oldest(until):
        account.settle(credit, debit, tier, step)
        debts.note(debit)
        if credit.left <= 0:
            return


def _take_back(
    account: Account, debts: Debts, returned: Piece, payments: list[Piece], tier: str
) -> list[Piece]:
    """Reverse the last payment of the same amount before the return; none, and it stays as it is."""
    fitting = [
        p
        for p in payments
        if p.cents == -returned.cents and p.day <= returned.day and not p.is_reversed
    ]
    if not fitting or returned.open_cents <= 0:
        return []
    reopened = account.take_back(returned, fitting[-1], tier)
    for debit in reopened:
        debts.note(debit)
    debts.rewind()
    return reopened


def _reserve(refund: Piece, credits: list[Piece]) -> None:
    """Keep for a refund the money it gives back, so that no invoice is paid with it."""
    for credit in reversed(credits):
        if credit.left == refund.open_cents > 0 and credit.day <= refund.day:
            credit.use(credit.left)
            refund.open_cents = 0
            if credit.kind in CASH:
                refund.reverses = credit.number
            return


def _is_debt(piece: Piece) -> bool:
    return piece.cents > 0 and piece.kind in OWED


def _by_day(piece: Piece) -> tuple[int, int]:
    return piece.day, piece.number
