{#- What landed, as it was known before the run's date. With the two other dates any past day can ask what came
    from the invoices open then, from those its subscriptions promised, and from the rest. -#}
with cash_received as (select * from {{ ref('int_cash_received') }}),

final as (
    select
        cash_date,
        invoice_known_date,
        contracted_since_date,
        cast(sum(amount_reporting) as double) as amount_reporting
    from cash_received
    where known_date < {{ as_of_date() }} and cash_date < {{ as_of_date() }}
    group by cash_date, invoice_known_date, contracted_since_date
)

select * from final
