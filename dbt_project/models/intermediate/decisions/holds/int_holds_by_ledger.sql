{#- Holds by money of the customer that is not applied yet, where it covers what could be asked for. -#}
with open_invoices as (select * from {{ ref('int_open_invoices_scored') }}),

unapplied_balances as (select * from {{ ref('int_unapplied_balances') }}),

rates as (select * from {{ ref('int_fx_rates_every_day') }}),

settings as (select * from {{ ref('int_policy_settings') }}),

-- What a message could ask for: the past-due part, and where nothing is past due all that is open.
asked_by_currency as (
    select
        customer_id,
        currency,
        is_past_due,
        sum(asked_amount) as asked_amount,
        sum(asked_amount_reporting) as asked_amount_reporting
    from open_invoices
    group by customer_id, currency, is_past_due
    qualify is_past_due or not bool_or(is_past_due) over (partition by customer_id, currency)
),

-- Receipts and credit notes alike; a prepayment belongs to an invoice still to come.
unapplied_by_currency as (
    select
        unapplied_balances.customer_id,
        unapplied_balances.currency,
        sum(unapplied_balances.unapplied_amount) as unapplied_amount,
        {{ money('sum(unapplied_balances.unapplied_amount * rates.rate)') }} as unapplied_amount_reporting,
        max(unapplied_balances.valid_from) filter (where unapplied_balances.unapplied_amount <> 0) as since_date
    from unapplied_balances
    inner join rates
        on unapplied_balances.currency = rates.from_currency and rates.rate_date = {{ as_of_date() }}
    where
        unapplied_balances.unapplied_kind in ('unapplied_cash', 'unapplied_credit_notes')
        and unapplied_balances.valid_from <= {{ as_of_date() }}
        and unapplied_balances.valid_to > {{ as_of_date() }}
    group by unapplied_balances.customer_id, unapplied_balances.currency
),

asked_by_customer as (
    select
        customer_id,
        coalesce(sum(asked_amount_reporting) filter (where is_past_due), sum(asked_amount_reporting))
            as asked_amount_reporting
    from asked_by_currency
    group by customer_id
),

unapplied_by_customer as (
    select
        customer_id,
        sum(unapplied_amount_reporting) as unapplied_amount_reporting,
        max(since_date) as since_date
    from unapplied_by_currency
    group by customer_id
),

covered_customers as (
    select
        asked_by_customer.customer_id,
        unapplied_by_customer.since_date
    from asked_by_customer
    inner join unapplied_by_customer on asked_by_customer.customer_id = unapplied_by_customer.customer_id
    cross join settings
    where
        unapplied_by_customer.unapplied_amount_reporting
        >= asked_by_customer.asked_amount_reporting * settings.unapplied_covered_rate
),

-- Where the whole is not covered, money in dollars still answers for the invoices in dollars.
covered_invoices as (
    select
        open_invoices.customer_id,
        open_invoices.invoice_id,
        unapplied_by_currency.since_date
    from open_invoices
    inner join asked_by_currency
        on
            open_invoices.customer_id = asked_by_currency.customer_id
            and open_invoices.currency = asked_by_currency.currency
            and open_invoices.is_past_due = asked_by_currency.is_past_due
    inner join unapplied_by_currency
        on
            open_invoices.customer_id = unapplied_by_currency.customer_id
            and open_invoices.currency = unapplied_by_currency.currency
    anti join covered_customers on open_invoices.customer_id = covered_customers.customer_id
    cross join settings
    where
        unapplied_by_currency.unapplied_amount
        >= asked_by_currency.asked_amount * settings.unapplied_covered_rate
),

final as (
    select
        customer_id,
        cast(null as varchar) as invoice_id,
        'unapplied_cash' as hold_reason,
        customer_id as source_record_id,
        since_date as hold_start_date,
        cast(null as date) as hold_until_date
    from covered_customers
    union all
    select
        customer_id,
        invoice_id,
        'unapplied_cash' as hold_reason,
        invoice_id as source_record_id,
        since_date as hold_start_date,
        cast(null as date) as hold_until_date
    from covered_invoices
)

select * from final
