"""The commented `encours.toml` that `encours init` and `encours simulate` write.

Belongs here: the text of the file. Does not belong here: its validation (`config`).
"""

from __future__ import annotations

from datetime import date

_TEMPLATE = """\
# The one configuration file of a company. Unknown keys are refused.
# Relative paths start from the folder of this file, which is also the company's home unless
# `home = "…"` names another: the warehouse, publications, models and lists are kept there.

[company]
name = "{name}"
reporting_currency = "EUR"       # ISO 4217; balances are converted at the rates of fx_rates
locale = "en"                    # en or fr: separators and words of the lists
timezone = "Europe/Paris"        # the business date is a day in this zone

[run]
{as_of_date}
first_day = {first_day}          # first daily partition in the Dagster UI
schedule_hour = 6                # local hour of the daily schedule
max_quarantined_share = 0.01     # above this share of an entity's rows the day stops
max_stale_days = 10              # so long without an invoice or payment is worth a warning

[train]                          # challengers are trained weekly; the gate decides who scores
weekday = "sunday"
hour = 4                         # local; trains on the last day that has run

[sources.files]
path = "{source}"                # folder with invoices.csv, payments.csv, … (or .parquet, .xlsx)
# mapping = "mapping.toml"       # for an everyday export: which heading means which column

[sources.files.form]             # how the files are written; nothing is guessed
encoding = "utf-8"
separator = ","
decimal = "."
thousands = ""
date_format = "%Y-%m-%d"

# More sources, in any combination; the README of each folder under connectors/ says what it reads and
# which rights it needs. Secrets come from environment variables, never from this file.
#
# [sources.sql]                  # a database, by table or query
# url_env = "ENCOURS_SQL_URL"
# [sources.sql.entities.invoices]
# table = "sales_invoices"
# cursor = "updated_at"          # absent: read whole each time
# [sources.sql.entities.invoices.columns]
# invoice_id = "id"              # … each column of the contract that the table has
#
# [sources.fec]                  # the French statutory ledger file, one or several years
# path = "fec"
# encoding = "iso8859-15"
# currency = "EUR"
#
# [sources.stripe]
# start_date = 2023-01-01
# customer_id_key = "customer_id"   # metadata key with the id of another system, where there is one
#
# [sources.hubspot]
# currency = "EUR"               # of deals that name none
# stripe_id_property = "stripe_customer_id"   # company property with the id of another system
#
# [sources.zendesk]
# base_url = "https://<subdomain>.zendesk.com"
# start_date = 2023-01-01
#
# [identity]                     # one customer across systems
# overrides = "identity_overrides.csv"   # what a person decided; always wins
# confidence = 0.95              # below, a match is doubtful and left to a person
# own_domains = ["example.com"]  # your own e-mail domains say nothing about a customer

[parameters]
promise_grace_days = 3           # a promise kept within these days still counts
promise_tolerance_rate = 0.95    # … if this share of it was paid
response_days = 7                # a first reminder is answered within these days, or not
leakage_days = 1                 # past due this long and chased by nobody: leakage
hourly_cost = 50                 # an hour of collection work, reporting currency
gross_margin_rate = 0.75         # on recurring revenue, for lifetime value
aging_days = [30, 60, 90]        # upper bounds of the buckets of provision and roll rates
training_months = 24             # history the models learn from

[parameters.ecl_rates]           # lifetime loss by segment: not due, each bucket, beyond the last
# An example (IFRS 9, illustrative example 12), not your experience: replace it before booking.
default = [0.003, 0.016, 0.036, 0.066, 0.106]
# "enterprise" = [0.001, 0.005, 0.012, 0.030, 0.080]

# [targets]                      # what you mean to reach; without one the cockpit judges nothing
# dso_rolling_3m = 40            # days, of every month
# [targets.cash]                 # money to be received in a month, reporting currency
# 2026-11 = 2700000
# 2026-12 = 3100000
#
# [[benchmarks]]                 # how others do, from a source that can be read; shown with it
# metric = "dso_rolling_3m"      # name of the figure in the marts
# value = 42.0                   # days; a rate as 0.12 for 12 %
# population = "France, software, 50 to 250 employees, median"
# source = "Title, publisher, page"
# source_date = 2026-06-30

[outreach]
# policy = "policy.yml"          # segments, steps, caps, holds; absent, the default
#
# [sender]                       # who writes and where to pay; a message shows what is here, nothing else
# legal_name = "Exemple SAS"
# address = ["12 rue des Lilas", "75011 Paris"]
# email = "compta@example.com"
# signatory = "Claire Petit, comptabilité clients"
# payment_link = "https://pay.example.com/{{invoice_number}}"
# bank = {{ iban = "FR76 3000 6000 0112 3456 7890 189", bic = "AGRIFRPP" }}
#
# [delivery]                     # absent, a dry run: nothing leaves
# mode = "live"
# allow = ["*@client-we-test-with.example"]   # nobody else is written to
# daily_cap = 200
# [delivery.smtp]
# host = "smtp.example.com"
# sender = "compta@example.com"
# username_env = "ENCOURS_SMTP_USER"
# password_env = "ENCOURS_SMTP_PASSWORD"
# [delivery.slack]               # or webhook_env alone
# token_env = "ENCOURS_SLACK_TOKEN"
# channel = "C0123ABCD"
# owners = {{ "Alice Martin" = "U0123ABCD" }}
#
# [late_payment]                 # interest and fixed fee in letters; absent, nothing is charged
# regime = "fr_b2b"              # or eu_directive, uk (enter its rates below), contract
# countries = ["FR"]             # of customers who are charged: businesses only, see the next line
# excluded_segments = ["consumers"]   # never charged; also excluded_customer_ids
# fixed_fee = true               # 40 EUR an invoice; in the UK 40, 70 or 100 GBP
# # contract_yearly_rate = 0.15  # for regime contract; contract_law = "fr" wants three times the legal rate
# [[late_payment.rates]]         # a half-year the product does not know, or one you have checked
# semester = "2027-S1"
# reference_rate = 0.0240        # of the regime's central bank; 0.0240 is 2.40 %
# legal_rate = 0.0275            # French legal rate of professional creditors
# source = "Banque de France, 2 January 2027"
# verified = true
"""


def configuration_text(
    name: str, source: str, first_day: date, as_of_date: date | None = None
) -> str:
    """The text of an `encours.toml`.

    Args:
        name: The company's name.
        source: Folder of its files, relative to the configuration.
        first_day: First daily partition.
        as_of_date: Fixed business date of a ledger that no longer moves; None for a live one.
    """
    if as_of_date is None:
        line = "# as_of_date = 2026-01-31       # absent: the day of the run"
    else:
        line = f"as_of_date = {as_of_date}          # this ledger ends here; remove for a live one"
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return _TEMPLATE.format(name=escaped, source=source, first_day=first_day, as_of_date=line)
