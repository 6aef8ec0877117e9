{#- What was left of an invoice when it was marked uncollectible; taken back when it is paid or voided after all. -#}
with invoices as (select * from {{ ref('base_stripe__invoices') }}),

settlements as (select * from {{ ref('base_stripe__settlements') }}),

written_off as (
    select
        invoices.invoice_id,
        any_value(invoices.uncollectible_at) as written_off_at,
        any_value(least(invoices.paid_at, invoices.voided_at)) as recovered_at,
        any_value(invoices.gross_amount) - coalesce(sum(settlements.allocated_amount), 0) as amount
    from invoices
    left join settlements
        on invoices.invoice_id = settlements.invoice_id and settlements.settled_at <= invoices.uncollectible_at
    where invoices.uncollectible_at is not null
    group by invoices.invoice_id
    having amount > 0
),

final as (
    select
        invoice_id || '-uncollectible' as write_off_id,
        invoice_id,
        cast(written_off_at as date) as write_off_date,
        amount,
        'write_off' as kind,
        written_off_at as recorded_at,
        written_off_at as known_since
    from written_off
    union all
    select
        invoice_id || '-recovered' as write_off_id,
        invoice_id,
        cast(recovered_at as date) as write_off_date,
        -amount as amount,
        'recovery' as kind,
        recovered_at,
        recovered_at as known_since
    from written_off
    where recovered_at >= written_off_at
)

select * from final
