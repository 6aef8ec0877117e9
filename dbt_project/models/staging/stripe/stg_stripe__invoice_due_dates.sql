{#- An open invoice may be given another due date, and Stripe keeps the last one only: the versions that
    raw holds tell the others, each from the load that saw it. -#}
with versions as (select * from {{ source('raw_stripe', 'invoices') }}),

invoices as (select * from {{ ref('base_stripe__invoices') }}),

read as (
    select
        versions.object_id as invoice_id,
        cast(coalesce({{ unix_at('due_date', 'versions.payload') }}, invoices.invoiced_at) as date) as due_date,
        invoices.gross_amount as amount,
        cast(invoices.invoiced_at as date) as invoice_date,
        invoices.finalized_at,
        versions._loaded_at,
        versions._load_id,
        versions._line
    from versions
    inner join invoices on versions.object_id = invoices.invoice_id
    where
        not versions._is_deleted
        and {{ unix_at('status_transitions.finalized_at', 'versions.payload') }} is not null
),

changed as (
    select
        *,
        row_number() over (partition by invoice_id order by _load_id, _line) = 1 as is_first,
        lag(due_date) over (partition by invoice_id order by _load_id, _line) as due_date_before
    from read
),

-- Of two changes on one day the later one counts.
final as (
    select
        invoice_id,
        1 as instalment_no,
        due_date,
        amount,
        if(is_first, invoice_date, greatest(cast(_loaded_at as date), invoice_date)) as valid_from,
        if(is_first, finalized_at, _loaded_at) as recorded_at,
        if(is_first, finalized_at, _loaded_at) as known_since
    from changed
    where is_first or due_date is distinct from due_date_before
    qualify row_number() over (partition by invoice_id, valid_from order by _load_id desc, _line desc) = 1
)

select * from final
