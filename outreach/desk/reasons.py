"""Why a message does not leave, or ended as it did: codes, and their words in two languages.

Belongs here: the codes and words. Does not belong here: finding out which applies (`readiness`).
"""

from __future__ import annotations

from enum import StrEnum

from outreach.day import Locale


class Reason(StrEnum):
    """A reason as the outbox keeps it."""

    # Ends a message for good; a new decision of the same day may bring it back.
    NO_LONGER_DECIDED = "no_longer_decided"
    SUPERSEDED = "superseded"
    DECISION_CHANGED = "decision_changed"
    BALANCE_CHANGED = "balance_changed"
    HELD = "held"
    PROMISE = "promise"
    DISPUTE = "dispute"
    MANUAL_HOLD = "manual_hold"
    UNREACHABLE = "unreachable"
    ADDRESS_CHANGED = "address_changed"
    NO_ADDRESS = "no_address"
    ALREADY_CONTACTED = "already_contacted"
    # Waits; passes by itself or by a person.
    STOPPED = "stopped"
    NO_FACTS = "no_facts"
    OTHER_DAY = "other_day"
    STALE_FACTS = "stale_facts"
    NEWER_PUBLICATION = "newer_publication"
    DAY_IS_PAST = "day_is_past"
    DAY_TO_COME = "day_to_come"
    APPROVAL = "approval"
    UNUSUAL_BATCH = "unusual_batch"
    NOT_ALLOWED = "not_allowed"
    DAILY_CAP = "daily_cap"
    NOT_BEFORE = "not_before"
    UNKNOWN_DELIVERY = "unknown_delivery"
    POST_BY_HAND = "post_by_hand"
    NO_TRANSPORT = "no_transport"
    # How a message ended.
    REFUSED_BY_PERSON = "refused_by_person"
    REFUSED_BY_SERVER = "refused_by_server"
    GAVE_UP = "gave_up"
    SENDER_DIED = "sender_died"
    NO_ANSWER = "no_answer"
    RECONCILED_SENT = "reconciled_sent"
    RECONCILED_NOT_SENT = "reconciled_not_sent"
    POSTED = "posted"


_WORDS: dict[Reason, tuple[str, str]] = {
    Reason.NO_LONGER_DECIDED: ("no longer decided", "n'est plus décidé"),
    Reason.SUPERSEDED: ("superseded by a later day", "remplacé par un jour plus récent"),
    Reason.DECISION_CHANGED: ("the decision has changed", "la décision a changé"),
    Reason.BALANCE_CHANGED: ("paid or another balance", "payé ou solde différent"),
    Reason.HELD: ("an invoice is on hold", "une facture est retenue"),
    Reason.PROMISE: ("a promise to pay is running", "une promesse de paiement court"),
    Reason.DISPUTE: ("an open dispute", "un litige ouvert"),
    Reason.MANUAL_HOLD: ("held by a person", "retenu par une personne"),
    Reason.UNREACHABLE: ("mail to this address came back", "les courriels reviennent"),
    Reason.ADDRESS_CHANGED: ("the contact has changed", "le contact a changé"),
    Reason.NO_ADDRESS: ("no address", "pas d'adresse"),
    Reason.ALREADY_CONTACTED: ("already written to", "déjà contacté"),
    Reason.STOPPED: (
        "sending is stopped: `encours desk start`",
        "envoi arrêté : `encours desk start`",
    ),
    Reason.NO_FACTS: ("no day has been emitted yet", "aucun jour n'a encore été émis"),
    Reason.OTHER_DAY: ("the facts are of another day", "les faits sont d'un autre jour"),
    Reason.STALE_FACTS: (
        "the facts are too old: run the day",
        "faits trop anciens : relancer le jour",
    ),
    Reason.NEWER_PUBLICATION: (
        "a newer publication is not emitted yet",
        "une publication plus récente n'est pas encore émise",
    ),
    Reason.DAY_IS_PAST: ("the day is past", "le jour est passé"),
    Reason.DAY_TO_COME: ("the day is yet to come", "le jour est à venir"),
    Reason.APPROVAL: ("waits for approval", "en attente de validation"),
    Reason.UNUSUAL_BATCH: (
        "a larger batch than usual: approve it",
        "lot plus grand que d'habitude : à valider",
    ),
    Reason.NOT_ALLOWED: (
        "recipient not on the allow-list",
        "destinataire hors de la liste autorisée",
    ),
    Reason.DAILY_CAP: ("the day's maximum is reached", "maximum du jour atteint"),
    Reason.NOT_BEFORE: ("to be tried again later", "nouvel essai plus tard"),
    Reason.UNKNOWN_DELIVERY: (
        "an earlier message may have left: reconcile it",
        "un message précédent est peut-être parti : à rapprocher",
    ),
    Reason.POST_BY_HAND: ("to print and post", "à imprimer et à poster"),
    Reason.NO_TRANSPORT: ("no way to send is ready", "aucun moyen d'envoi n'est prêt"),
    Reason.REFUSED_BY_PERSON: ("refused by a person", "refusé par une personne"),
    Reason.REFUSED_BY_SERVER: ("refused by the server", "refusé par le serveur"),
    Reason.GAVE_UP: ("given up after several tries", "abandonné après plusieurs essais"),
    Reason.SENDER_DIED: (
        "the sender ended before the answer: may have left",
        "l'envoi s'est interrompu avant la réponse : peut-être parti",
    ),
    Reason.NO_ANSWER: ("no answer: may have left", "sans réponse : peut-être parti"),
    Reason.RECONCILED_SENT: ("found to have left", "constaté parti"),
    Reason.RECONCILED_NOT_SENT: ("found not to have left", "constaté non parti"),
    Reason.POSTED: ("posted", "posté"),
}


def reason_words(reason: str | None, locale: Locale) -> str:
    """Return a reason in plain words; '' for none.

    What a person's entry wrote as its own reason is returned as it stands.
    """
    if not reason:
        return ""
    if reason not in Reason.__members__.values():
        return reason
    return _WORDS[Reason(reason)][0 if locale == "en" else 1]
