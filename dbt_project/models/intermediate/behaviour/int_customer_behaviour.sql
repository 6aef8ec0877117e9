with settlements as (select * from {{ ref('int_invoice_settlements') }}),

final as (
    select
        customer_id,
        count(*) as settled_invoice_count_12m,
        sum(settled_cash_date - due_date) as days_late_sum_12m,
        count(*) filter (where settled_cash_date > due_date) as late_invoice_count_12m,
        avg(settled_cash_date - due_date) as avg_days_late_12m,
        median(settled_cash_date - due_date) as median_days_late_12m,
        avg(case when settled_cash_date > due_date then 1.0 else 0.0 end) as late_share_12m
    from settlements
    where
        settlement_kind = 'paid'
        and settled_cash_date > {{ as_of_date() }} - interval 12 month
    group by customer_id
)

select * from final
