"""Word lists from which fictional companies and people are named.

Belongs here: words only. Every name is put together by code; mail domains end in `.example`, which
no registry hands out (RFC 2606).
"""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FRENCH_ROOTS = _words(
    "Valmorin Brévanne Corvelle Lanterre Montclary Aubessac Rochevert Tarvieux Belcastre Ormoise "
    "Sauvelin Marquelle Fontarel Grandcerf Lusignac Pervenche Villarose Chantenoy Durambelle "
    "Estrevel Florimont Garancelle Hauterive Jonquery Kervalan Loirétan Mirevaux Noirmoustier "
    "Orsanne Plessandre Quintenas Rivemont Solanges Thierbois Ursanne Vaucresson Ambrelle Bruyandre "
    "Castelnour Daumeray Évrecy Falconay Guermeur Hérival Irancy Jalesnes Lamorlaye Malvoisin"
)
FRENCH_TRADES = _words(
    "Conseil Logistique Énergies Industrie Distribution Services Ingénierie Santé Média Transports "
    "Formation Systèmes Mobilités Agencement Patrimoine Textile Hôtellerie Numérique Recyclage "
    "Bâtiment Optique Matériaux Édition Assurances"
)
GERMAN_ROOTS = _words(
    "Brackhain Dornstett Ellerfeld Falkenrode Grünbeck Hartsleben Iserthal Jagdstein Kaltbrunn "
    "Lindhorst Mühlrath Nordkamp Oberwies Pfahlbach Quellstedt Rabenau Silberhorst Tannfurt "
    "Uhlenried Velsingen Wackerbarth Zirndal Ahornegg Birkenloh Clausnitz Dachswald Eichgraben "
    "Föhrenbach Gerstenau Hügelsheim Immenrode Kesselwitz Lärchental Moosburg Neuenkirch Ottersberg "
    "Plattling Rosswangen Steinlach Traunegg Unterwell Vogelsang Wiesental Zollikauer Adlerhorst"
)
GERMAN_TRADES = _words(
    "Maschinenbau Logistik Energie Systeme Beratung Technik Handel Medizintechnik Software "
    "Werkzeuge Verpackung Elektronik Bau Mobilität Textil Druck Anlagen Chemie Optik Sensorik "
    "Lebensmittel Medien Gebäudetechnik Versand"
)
ENGLISH_ROOTS = _words(
    "Ashcombe Brindlewick Carrowmere Dunsgate Elmhollow Farrowdale Glenmarsh Harkstone Inglewater "
    "Kestrelby Larkwell Merrowfield Northwick Oakhaven Penhallow Quarrington Ravensmoor Saltbourne "
    "Thornbridge Underhale Vexleigh Westerlow Yarrowton Aldercross Briarhill Copperfen Deepwell "
    "Eastmere Foxholt Greywater Hollowbrook Ironvale Juniper Kingsmarch Lowstead Marblegate Nettleby "
    "Orchardson Pinecrest Redfern Stonewell Tidewater Umberley Wrenfield Bluestem Cedarline Prairie"
)
ENGLISH_TRADES = _words(
    "Analytics Logistics Energy Health Retail Systems Media Engineering Learning Partners Foods "
    "Materials Robotics Travel Insurance Print Packaging Outfitters Networks Pharma Interiors "
    "Laboratories Freight Studios"
)
SPANISH_ROOTS = _words(
    "Alcorosa Benamira Cerralbo Dosaguas Encinares Fuentelar Guadamira Higueral Iznafar Jarilla "
    "Lomaseca Montesol Navaluz Olivarejo Peñarrubia Quintamar Robledal Sierralta Torremar Umbría "
    "Valdehiedra Yesares Zarzuela Almendral Brisamar Campoluz Desierro Esparragal Florida Granadal"
)
SPANISH_TRADES = _words(
    "Servicios Logística Energía Sistemas Industrial Comercial Ingeniería Salud Medios Turismo "
    "Formación Alimentación Transporte Textil Digital Construcción Envases Óptica Seguros Cerámica"
)

FRENCH_PEOPLE = (
    _words("Camille Léa Julien Sophie Antoine Claire Mathieu Élodie Nicolas Chloé Thomas Inès"),
    _words(
        "Marchenoir Lefortier Delabrosse Carpanet Roussanne Guéridot Vasseran Moncelet Brunelier"
    ),
)
GERMAN_PEOPLE = (
    _words("Anna Lukas Katrin Jonas Sabine Felix Miriam Stefan Heike Tobias Petra Moritz"),
    _words("Brandauer Kesselring Lindwurm Hagedorf Steinmüller Rotländer Vogelbach Zimmerath"),
)
ENGLISH_PEOPLE = (
    _words("Olivia James Priya Daniel Grace Samuel Hannah Marcus Emily Owen Nadia Victor"),
    _words("Hartwood Ellingham Fairbrook Stokesley Okonjo Marlowe Pemberley Ashdown Quickley"),
)
SPANISH_PEOPLE = (
    _words("Lucía Javier Marta Álvaro Carmen Sergio Elena Pablo Nuria Diego"),
    _words("Benavar Castrillo Escudera Montalvar Olmedilla Rivadeo Salcedor Torrealba"),
)

ROOTS = {"fr": FRENCH_ROOTS, "de": GERMAN_ROOTS, "en": ENGLISH_ROOTS, "es": SPANISH_ROOTS}
TRADES = {"fr": FRENCH_TRADES, "de": GERMAN_TRADES, "en": ENGLISH_TRADES, "es": SPANISH_TRADES}
PEOPLE = {"fr": FRENCH_PEOPLE, "de": GERMAN_PEOPLE, "en": ENGLISH_PEOPLE, "es": SPANISH_PEOPLE}

COUNTRY_NAMES = ("France", "Deutschland", "UK", "America", "Schweiz", "Iberica")
"""What a subsidiary adds to its group's name, in the order of days.COUNTRIES."""

LEGAL_FORMS = {
    "FR": ("SAS", "SARL", "SA"),
    "DE": ("GmbH", "AG", "GmbH & Co. KG"),
    "GB": ("Ltd", "LLP", "PLC"),
    "US": ("Inc.", "LLC", "Corp."),
    "CH": ("AG", "SA", "GmbH"),
    "ES": ("S.L.", "S.A.", "S.L.U."),
}

STREETS = {
    "FR": ("rue des Tilleuls", "avenue de la Gare", "quai des Brumes", "rue du Moulin"),
    "DE": ("Lindenweg", "Am Alten Markt", "Mühlengasse", "Hafenstraße"),
    "GB": ("Mill Lane", "Orchard Road", "Station Parade", "Quay Street"),
    "US": ("Maple Avenue", "Harbor Street", "Mill Road", "Orchard Drive"),
    "CH": ("Seeweg", "Lindenplatz", "chemin du Lac", "Bergstrasse"),
    "ES": ("calle del Molino", "paseo del Río", "avenida del Puerto", "plaza de los Tilos"),
}
"""Invented addresses: street names common enough to be nobody's."""

TOWNS = {
    "FR": "00000 Villeneuve-sur-Encours",
    "DE": "00000 Neustadt am Beispiel",
    "GB": "Exampleton ZZ0 0ZZ",
    "US": "Sampleville 00000",
    "CH": "0000 Musterwil",
    "ES": "00000 Villa Ejemplo",
}
"""A town no country has, with a postal code none assigns."""
