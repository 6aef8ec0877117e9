"""Letters, read back from their PDF; no test depends on the font of the machine."""

import datetime as dt
import subprocess
import sys
from pathlib import Path

import pypdfium2
import pytest
from handmade_day import batch_line, batch_row, charge, full_sender, make_day, period
from hostile_text import ALL

from outreach import letters
from outreach.drafts import render_draft
from outreach.letters import letter_html, letter_pdf, needs_approval

DRAFT = {"en": "DRAFT – to be approved before it is sent", "fr": "PROJET – à valider avant envoi"}


def letter_row(**changes):
    return batch_row("c1", channel="letter", template="letter", **changes)


def pages(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    try:
        texts = []
        for page in document:
            text = page.get_textpage()
            texts.append(" ".join(text.get_text_bounded().split()))
            text.close()
            page.close()
        return texts
    finally:
        document.close()


def charged_day(**changes):
    return make_day(
        sender=full_sender(),
        charges=[charge("F-100", "13.59", "40.00")],
        interest=[period("F-100", dt.date(2026, 2, 7), 34, "13.59")],
        **changes,
    )


@pytest.mark.parametrize("language", ["en", "fr"])
def test_formal_notice_is_a_labelled_draft_until_approved(language):
    row = letter_row(tone="final", language=language)
    rows, lines = make_day(), [batch_line("c1", "F-100")]
    draft, clean = (letter_pdf(rows, row, lines, is_draft=flag) for flag in (True, False))
    assert all(DRAFT[language] in page for page in pages(draft))
    assert not any("DRAFT" in page or "PROJET" in page for page in pages(clean))
    # Whatever the policy says of the step.
    assert row["needs_approval"] is False and needs_approval(row)
    path = render_draft(rows, row, lines).path
    assert path.startswith("reminders/to_approve/") and path.endswith(".pdf")


def test_french_notice_holds_what_a_notice_should():
    row = letter_row(tone="final", postal_address="4 place du Marché\n38000 Grenoble")
    text = " ".join(pages(letter_pdf(charged_day(), row, [batch_line("c1", "F-100")], False)))
    for part in (
        "MISE EN DEMEURE DE PAYER",
        "Lettre recommandée avec avis de réception n°",
        "Le 12 mars 2026",
        "Lumière Logiciels SAS 12 rue des Lilas 69003 Lyon",
        "Customer c1 À l'attention de Anna Martin 4 place du Marché 38000 Grenoble",
        "nous vous mettons en demeure de nous régler la somme de",
        "dans un délai de huit jours à compter de la réception",
        "articles L441-10 et D441-5 du Code de commerce",
        "Principal 1 200,50 €",
        "Intérêts de retard 13,59 €",
        "Indemnité forfaitaire 40,00 €",
        "Total réclamé 1 254,09 €",
        "FR76 3000 6000 0112 3456 7890 189",
        "nous nous réservons le droit d'engager",
        "Si vous contestez un montant",
        "Détail des intérêts",
        "7 févr. 2026 12 mars 2026 34 1 200,50 € 12,15 % 13,59 €",
        "Claire Petit, comptabilité clients",
        "852 379 890 RCS Lyon",
    ):
        assert part in text, part


def test_english_reminder_letter_demands_within_eight_days():
    row = letter_row(tone="firm", language="en")
    (text,) = pages(letter_pdf(make_day(), row, [batch_line("c1", "F-100")], False))
    assert "We ask you to pay €1,200.50 within eight days of receiving this letter." in text
    assert "FORMAL DEMAND" not in text and "recorded delivery" not in text
    assert "The bank details are on the invoice." in text
    assert "Yours sincerely," in text


def test_french_letter_greets_by_default_and_cites_the_code_in_france_only():
    here, abroad = (
        letter_html(
            make_day(),
            letter_row(tone="final", contact_name=None, country=country),
            [batch_line("c1", "F-100")],
            False,
        )
        for country in ("FR", "BE")
    )
    assert "Madame, Monsieur," in here
    assert "Code civil" in here and "Code civil" not in abroad


def test_long_letter_goes_on_with_its_heading_and_label():
    row = letter_row(tone="final", language="en")
    lines = [batch_line("c1", f"F-{number:03}") for number in range(90)]
    texts = pages(letter_pdf(make_day(), row, lines, is_draft=True))
    assert len(texts) > 2
    assert all(DRAFT["en"] in text for text in texts)
    assert sum(text.count("Days late") for text in texts) >= len(texts) - 1
    assert all(f"F-{number:03}" in " ".join(texts) for number in range(90))


def test_letter_is_drawn_on_the_page():
    row = letter_row(tone="final", language="en")
    content = letter_pdf(make_day(), row, [batch_line("c1", "F-100")], is_draft=True)
    document = pypdfium2.PdfDocument(content)
    page = document[0]
    # A4 in points.
    assert [round(side) for side in page.get_size()] == [595, 842]
    bitmap = page.render(scale=0.4)
    image = bitmap.to_pil().convert("L")
    width, height = image.size
    # The recipient stands in the window: left, 48 to 85 mm from the top of 297.
    window = image.crop((0, int(height * 0.16), width // 2, int(height * 0.29)))
    assert min(window.get_flattened_data()) < 128
    assert min(image.crop((0, 0, width // 12, height)).get_flattened_data()) > 200
    bitmap.close()
    page.close()
    document.close()


def test_letter_has_the_same_bytes_in_another_process():
    row = letter_row(tone="final")
    lines = [batch_line("c1", "F-100")]
    first = letter_pdf(charged_day(), row, lines, is_draft=True)
    script = (
        "import sys; sys.path.insert(0, 'tests/outreach')\n"
        "from test_letters import batch_line, charged_day, letter_pdf, letter_row\n"
        "row = letter_row(tone='final')\n"
        "lines = [batch_line('c1', 'F-100')]\n"
        "sys.stdout.buffer.write(letter_pdf(charged_day(), row, lines, is_draft=True))\n"
    )
    second = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[2],
        env={"PYTHONPATH": ".", "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"},
        capture_output=True,
        check=True,
    )
    assert second.stdout == first


def test_hostile_text_is_shown_and_fetches_nothing():
    texts = [text for text in ALL if len(text) < 1000]
    lines = [batch_line("c1", text, invoice_id=f"i{n:02}") for n, text in enumerate(texts)]
    row = letter_row(tone="final", customer_name="<img src='file:///etc/passwd'>", language="en")
    text = " ".join(pages(letter_pdf(make_day(company_name=ALL[-2]), row, lines, is_draft=False)))
    assert "<img src='file:///etc/passwd'>" in text
    assert "{{ 7 * 7 }}" in text and "root:" not in text


def test_very_long_name_stays_on_the_page():
    row = letter_row(tone="final", customer_name="é" * 5000, language="en")
    content = letter_pdf(make_day(), row, [batch_line("c1", "F-100")], is_draft=False)
    assert len(pages(content)) < 5


def test_letter_reads_nothing_from_disk_or_network():
    with pytest.raises(BaseException, match="file:///etc/hostname"):
        letters._pdf("<img src='file:///etc/hostname'>")


def test_machine_without_fonts_is_told_what_to_install(tmp_path):
    configuration = tmp_path / "fonts.conf"
    configuration.write_text(f"<fontconfig><dir>{tmp_path}</dir></fontconfig>")
    script = (
        "import sys; sys.path.insert(0, 'tests/outreach')\n"
        "from test_letters import letter_row, make_day\n"
        "from outreach.drafts import render_reminders\n"
        "reminders = render_reminders(make_day(batch=[letter_row(tone='final')]), 'en')\n"
        "assert reminders.drafts == []\n"
        "sys.stdout.buffer.write(reminders.index)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[2],
        env={"PYTHONPATH": ".", "FONTCONFIG_FILE": str(configuration), "HOME": str(tmp_path)},
        capture_output=True,
        check=True,
        text=True,
    )
    assert "not made: letters need a font" in done.stdout
    assert "apt-get install libpango-1.0-0" in done.stdout
