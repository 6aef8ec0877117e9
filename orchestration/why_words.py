"""The sentences of `orchestration.why`, in English and French.

Belongs here: whole sentences with gaps. Does not belong here: words of codes (`outreach.words`),
when a sentence is said (`why`).
"""

from __future__ import annotations

PHRASES: dict[str, tuple[str, str]] = {
    "separator": ("; ", " ; "),
    "channel_email": ("by e-mail", "par e-mail"),
    "channel_call": ("by a call", "par téléphone"),
    "channel_letter": ("by letter", "par courrier"),
    "channel_slack_task": ("by a task of its account owner", "par une tâche de son responsable"),
    "hold_insolvency": ("insolvency proceedings", "procédure collective"),
    "hold_opt_out": (
        "all its contacts have asked not to be written to",
        "tous ses contacts ont demandé à ne plus être relancés",
    ),
    "hold_unknown_delivery": (
        "whether a message left is not known, and a person has to say",
        "on ignore si un message est parti, quelqu'un doit le dire",
    ),
    "hold_manual": ("a person placed a hold", "une personne a posé une retenue"),
    "hold_dispute": ("a dispute is open", "un litige est ouvert"),
    "hold_promise": ("a promise to pay is running", "une promesse de paiement est en cours"),
    "hold_ticket": ("a support ticket is open", "un ticket de support est ouvert"),
    "hold_opportunity": ("sales is negotiating", "une négociation commerciale est en cours"),
    "hold_unapplied_cash": (
        "its money that is not applied yet covers it",
        "un règlement pas encore lettré suffit à le couvrir",
    ),
    "hold_stale_data": (
        "the ledger stands still, so that nobody knows who has paid",
        "la comptabilité n'avance plus, et on ignore qui a payé",
    ),
    "hold_no_contact": (
        "no contact of it can be reached",
        "aucun de ses contacts n'est joignable",
    ),
    "hold_recent_contact": ("it was contacted recently", "il a été contacté récemment"),
    "nothing": (
        "{name} ({id}) was not to be written to on {day}: it owed nothing past due, expected late or"
        " due for a notice.",
        "{name} ({id}) n'était pas à relancer le {day} : rien d'échu, d'attendu en retard ni à annoncer.",
    ),
    "send": (
        "{name} ({id}) was to be written to on {day} {channel}: step {step}, tone {tone}, asking for"
        " {amount}; invoices: {count}.",
        "{name} ({id}) était à relancer le {day} {channel} : étape {step}, ton {tone}, pour {amount} ;"
        " factures : {count}.",
    ),
    "hold": (
        "{name} ({id}) was not to be written to on {day}. Everything is held: {reason}, {until}.",
        "{name} ({id}) n'était pas à relancer le {day}. Tout est retenu : {reason}, {until}.",
    ),
    "wait": (
        "{name} ({id}) was not to be written to on {day}: {reason}.",
        "{name} ({id}) n'était pas à relancer le {day} : {reason}.",
    ),
    "wait_quiet_day": ("nothing leaves on such a day", "rien ne part ce jour-là"),
    "wait_public_holiday": (
        "it was a public holiday of its country",
        "c'était un jour férié dans son pays",
    ),
    "wait_no_channel": (
        "it gets e-mails only, and no address of it is known",
        "il ne reçoit que des e-mails, et aucune adresse n'est connue",
    ),
    "wait_daily_maximum": (
        "the maximum of messages of the day was reached by accounts of higher priority",
        "le maximum de messages du jour était atteint par des comptes plus prioritaires",
    ),
    "wait_holdout": (
        "a step was due, but it belongs to those who are not reminded, so that the effect of reminders"
        " can be measured",
        "une étape était à échéance, mais il fait partie de ceux qui ne sont pas relancés, pour mesurer"
        " l'effet des relances",
    ),
    "wait_step_not_reached": (
        "its next step was not reached yet",
        "sa prochaine étape n'était pas encore atteinte",
    ),
    "wait_scenario_exhausted": (
        "all steps of its scenario were taken; a person decides what follows",
        "toutes les étapes de son scénario étaient franchies ; une personne décide de la suite",
    ),
    "next": ("The next step is due on {day}.", "La prochaine étape est prévue le {day}."),
    "lane_person": (
        "Segment {segment}, scenario {scenario}, in the hands of a person.",
        "Segment {segment}, scénario {scenario}, confié à une personne.",
    ),
    "lane_automatic": (
        "Segment {segment}, scenario {scenario}, automatic: e-mails only, on nobody's list.",
        "Segment {segment}, scénario {scenario}, automatique : e-mails seulement, hors des listes.",
    ),
    "invoice_late": (
        "Invoice {number}: {amount}, {days} days past due (due {day})",
        "Facture {number} : {amount}, {days} jours de retard (échéance le {day})",
    ),
    "invoice_late_one": (
        "Invoice {number}: {amount}, 1 day past due (due {day})",
        "Facture {number} : {amount}, 1 jour de retard (échéance le {day})",
    ),
    "invoice_due": (
        "Invoice {number}: {amount}, not past due (due {day})",
        "Facture {number} : {amount}, pas en retard (échéance le {day})",
    ),
    "last_step": ("last step taken: {step}", "dernière étape franchie : {step}"),
    "no_step": ("no step of its scenario left", "plus d'étape dans son scénario"),
    "step_due": ("step {step} due since {day}", "étape {step} à échéance depuis le {day}"),
    "step_later": ("step {step} on {day}", "étape {step} le {day}"),
    "invoice_held": ("held: {reason}, {until}", "retenue : {reason}, {until}"),
    "in_message": ("in the message", "dans le message"),
    "hold_row": (
        "Hold: {reason} ({record}), since {day}, {until}; it keeps back {amount}.",
        "Retenue : {reason} ({record}), depuis le {day}, {until} ; elle diffère {amount}.",
    ),
    "hold_overridden": (
        "Overridden: {reason} ({record}), since {day}; by {release}, it keeps nothing back.",
        "Levée : {reason} ({record}), depuis le {day} ; par {release}, elle ne diffère rien.",
    ),
    "author": ("Placed by {author}.", "Posée par {author}."),
    "comment": ("Comment: {comment}", "Commentaire : {comment}"),
    "review": ("To be looked at again on {day}.", "À revoir le {day}."),
    "no_end": ("no end known yet", "sans fin connue"),
    "until": ("until {day}", "jusqu'au {day}"),
    "contact": ("Contact chosen: {contact}, {ways}.", "Contact choisi : {contact}, {ways}."),
    "no_contact": (
        "No contact with an address or number is known.",
        "Aucun contact avec adresse ou numéro n'est connu.",
    ),
    "arm_treated": (
        "Experiment: among those who are reminded.",
        "Expérience : parmi ceux qui sont relancés.",
    ),
    "arm_holdout": (
        "Experiment: among those who are not reminded; the draw never changes.",
        "Expérience : parmi ceux qui ne sont pas relancés, et le tirage ne change pas.",
    ),
    "arm_excluded": (
        "Experiment: left out (legal step, large amount, spared segment, or too long past due).",
        "Expérience : hors du tirage (étape légale, gros montant, segment épargné ou retard trop long).",
    ),
    "priority": (
        "Priority {total} = cash brought forward {cash_accelerated_amount} + loss avoided"
        " {loss_avoided_amount} + recurring revenue at stake {revenue_at_stake_amount} - churn cost of"
        " the contact {churn_cost_amount} - cost of the contact {contact_cost_amount}. The effects of a"
        " contact are assumptions of the policy.",
        "Priorité {total} = trésorerie avancée {cash_accelerated_amount} + perte évitée"
        " {loss_avoided_amount} + revenu récurrent en jeu {revenue_at_stake_amount} - coût de départ dû"
        " au contact {churn_cost_amount} - coût du contact {contact_cost_amount}. Les effets d'un"
        " contact sont des hypothèses de la politique.",
    ),
    "no_priority": (
        "No priority: too little is known to predict a payment.",
        "Pas de priorité : trop peu est connu pour prévoir un paiement.",
    ),
    "unknown": ("unknown", "inconnu"),
}
