"""What is wrong with a file, a row or a mail that came back: what, and what to do, in two languages.

Belongs here: the words, by code. Does not belong here: finding out what is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

from outreach.day import Locale


@dataclass(frozen=True)
class Problem:
    """What is wrong with a row, or with a file (line 0), and what to do about it."""

    line: int
    customer_id: str
    column: str
    value: str
    what: str
    remedy: str


class RefusedFileError(Exception):
    """A file that is refused as a whole; `code` and `values` say why."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


# Code: what and remedy in English, what and remedy in French.
_WORDS: dict[str, tuple[str, str, str, str]] = {
    # A row.
    "formula": (
        "The cell holds a formula.",
        "Type the value itself.",
        "La cellule contient une formule.",
        "Saisir la valeur elle-même.",
    ),
    "cell_error": (
        "The cell shows an error of the spreadsheet program.",
        "Type the value itself.",
        "La cellule affiche une erreur du tableur.",
        "Saisir la valeur elle-même.",
    ),
    "not_a_date": (
        "This is no date.",
        "Write it as 2026-03-31 or 31/03/2026.",
        "Ce n'est pas une date.",
        "L'écrire 31/03/2026 ou 2026-03-31.",
    ),
    "no_such_day": (
        "No calendar has this day; the day comes before the month.",
        "Write it as 2026-03-31 or 31/03/2026.",
        "Ce jour n'existe pas ; le jour précède le mois.",
        "L'écrire 31/03/2026 ou 2026-03-31.",
    ),
    "date_is_number": (
        "This is a number, not a date.",
        "Format the cell as a date, or write 2026-03-31.",
        "C'est un nombre, pas une date.",
        "Mettre la cellule au format date, ou écrire 31/03/2026.",
    ),
    "date_in_past": (
        "The date lies before {today}.",
        "Ask the customer again, or correct the date.",
        "La date est antérieure au {today}.",
        "Redemander au client, ou corriger la date.",
    ),
    "hold_ends_today": (
        "The next contact is not after {today}: there is nothing to wait for.",
        "Give a later date, or leave the cell empty.",
        "Le prochain contact n'est pas après le {today} : il n'y a rien à attendre.",
        "Donner une date ultérieure, ou laisser la cellule vide.",
    ),
    "date_too_far": (
        "The date lies more than a year ahead.",
        "Check the year.",
        "La date est à plus d'un an.",
        "Vérifier l'année.",
    ),
    "not_yes_or_no": (
        "This says neither yes nor no.",
        "Write yes or no; put the rest into the comment.",
        "Ce n'est ni oui ni non.",
        "Écrire oui ou non ; le reste va dans le commentaire.",
    ),
    "not_an_amount": (
        "This is no positive amount to the cent.",
        "Write it as 1200.50.",
        "Ce n'est pas un montant positif au centime.",
        "L'écrire 1200,50.",
    ),
    "amount_without_date": (
        "An amount is promised, but no date.",
        "Fill in the date of the promise.",
        "Un montant est promis, mais sans date.",
        "Renseigner la date de la promesse.",
    ),
    "amount_too_large": (
        "More is promised than the {total} past due in the currency of the oldest invoice.",
        "Correct the amount, or leave it empty for all that is past due.",
        "Le montant promis dépasse les {total} échus dans la devise de la facture la plus ancienne.",
        "Corriger le montant, ou le laisser vide pour tout l'échu.",
    ),
    "nothing_past_due": (
        "Nothing of this customer is past due as of {today}.",
        "Enter it on its invoice with `encours desk promise` or `encours desk dispute`.",
        "Rien n'est échu chez ce client au {today}.",
        "La saisir sur sa facture avec `encours desk promise` ou `encours desk dispute`.",
    ),
    "promised_and_disputed": (
        "All that is past due is both promised and disputed.",
        "Name the disputed invoice in the comment, or keep one of the two.",
        "Tout l'échu est à la fois promis et contesté.",
        "Nommer la facture contestée dans le commentaire, ou n'en garder qu'un.",
    ),
    "comment_too_long": (
        "The comment has more than {most} characters.",
        "Shorten it.",
        "Le commentaire dépasse {most} caractères.",
        "Le raccourcir.",
    ),
    "no_customer": (
        "The row names no customer.",
        "Fill in the customer id.",
        "La ligne ne nomme aucun client.",
        "Renseigner le code client.",
    ),
    "unknown_customer": (
        "No customer has this id.",
        "Copy the id from the list; a spreadsheet may have changed it to a number.",
        "Aucun client n'a ce code.",
        "Reprendre le code de la liste ; le tableur l'a peut-être changé en nombre.",
    ),
    "two_rows": (
        "The customer is on lines {lines}.",
        "Keep one of them.",
        "Le client figure aux lignes {lines}.",
        "N'en garder qu'une.",
    ),
    "too_many_cells": (
        "The row has more cells than there are headings.",
        "Put quotes around text that holds the separator.",
        "La ligne a plus de cellules que d'en-têtes.",
        "Mettre entre guillemets le texte qui contient le séparateur.",
    ),
    "refused_entry": ("{what}", "{remedy}", "{what}", "{remedy}"),
    # A file.
    "no_headings": (
        "No row of headings holds '{key}' and a column to fill in ({team}).",
        "Send the list as it was written, with its headings.",
        "Aucune ligne d'en-têtes ne contient « {key} » et une colonne à remplir ({team}).",
        "Renvoyer la liste telle qu'elle a été produite, avec ses en-têtes.",
    ),
    "heading_twice": (
        "Two columns are headed '{heading}'.",
        "Keep one of them.",
        "Deux colonnes s'intitulent « {heading} ».",
        "N'en garder qu'une.",
    ),
    "two_sheets": (
        "Several sheets look like the list: {sheets}.",
        "Keep one of them.",
        "Plusieurs feuilles ressemblent à la liste : {sheets}.",
        "N'en garder qu'une.",
    ),
    "not_a_workbook": (
        "The file is no workbook, is damaged, or has a password.",
        "Save it again as .xlsx, without a password.",
        "Le fichier n'est pas un classeur, est abîmé ou protégé par mot de passe.",
        "L'enregistrer à nouveau en .xlsx, sans mot de passe.",
    ),
    "too_large": (
        "The file has more than {most} MB.",
        "Send the list only.",
        "Le fichier dépasse {most} Mo.",
        "N'envoyer que la liste.",
    ),
    "too_large_unpacked": (
        "The workbook unpacks to more than is reasonable; it was not opened.",
        "Copy the list into a new workbook, or save it as CSV.",
        "Le classeur, décompressé, est démesuré ; il n'a pas été ouvert.",
        "Copier la liste dans un nouveau classeur, ou l'enregistrer en CSV.",
    ),
    "xml_entities": (
        "The workbook declares XML entities or a rare encoding; it was not opened.",
        "Save it again as .xlsx with Excel or LibreOffice.",
        "Le classeur déclare des entités XML ou un encodage rare ; il n'a pas été ouvert.",
        "L'enregistrer à nouveau en .xlsx avec Excel ou LibreOffice.",
    ),
    "too_many_lines": (
        "The file has more than {most} lines.",
        "Send the list only.",
        "Le fichier dépasse {most} lignes.",
        "N'envoyer que la liste.",
    ),
    "not_text": (
        "The file is no text in UTF-8, UTF-16 or Windows-1252.",
        "Save it again as 'CSV UTF-8' or .xlsx.",
        "Le fichier n'est pas du texte UTF-8, UTF-16 ou Windows-1252.",
        "L'enregistrer à nouveau en « CSV UTF-8 » ou .xlsx.",
    ),
    "broken_quotes": (
        "A quote opened before line {line} is never closed, or text follows it.",
        "Save the file again as CSV or .xlsx.",
        "Un guillemet ouvert avant la ligne {line} n'est jamais fermé, ou du texte le suit.",
        "Enregistrer à nouveau le fichier en CSV ou .xlsx.",
    ),
    "unknown_kind": (
        "The inbox does not read this kind of file.",
        "Drop the list as .xlsx or .csv, a mail as .eml.",
        "La boîte de réception ne lit pas ce type de fichier.",
        "Y déposer la liste en .xlsx ou .csv, un courriel en .eml.",
    ),
    "not_a_file": (
        "This is a link or no ordinary file; it was not followed.",
        "Drop the file itself.",
        "C'est un lien ou pas un fichier ordinaire ; il n'a pas été suivi.",
        "Déposer le fichier lui-même.",
    ),
    "unreadable": (
        "The file cannot be read or moved: {cause}.",
        "Check its rights; it is tried again next time.",
        "Le fichier ne peut être lu ou déplacé : {cause}.",
        "Vérifier ses droits ; un nouvel essai suivra.",
    ),
    # A mail.
    "not_a_mail": (
        "The file is no mail that can be read.",
        "Save the mail again as .eml.",
        "Le fichier n'est pas un courriel lisible.",
        "Enregistrer à nouveau le courriel en .eml.",
    ),
    "mail_of_nothing": (
        "The mail answers no message of this desk.",
        "Enter what it says with `encours desk call`, `promise` or `dispute`.",
        "Ce courriel ne répond à aucun message de ce bureau.",
        "Saisir son contenu avec `encours desk call`, `promise` ou `dispute`.",
    ),
    "bounce_of_another": (
        "The bounce concerns another address than the one written to.",
        "Read it, and correct the contact in its source if need be.",
        "Le retour concerne une autre adresse que celle du destinataire.",
        "Le lire, et corriger le contact dans sa source au besoin.",
    ),
}


def problem_words(code: str, locale: Locale, **values: object) -> tuple[str, str]:
    """Return what is wrong and what to do about it.

    Raises:
        KeyError: The code is unknown.
    """
    texts = _WORDS[code][:2] if locale == "en" else _WORDS[code][2:]
    # Values hold text of the file: they fill places, and are never a pattern themselves.
    what, remedy = (text.format(**values) for text in texts)
    return what, remedy
