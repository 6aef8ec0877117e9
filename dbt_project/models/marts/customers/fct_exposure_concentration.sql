with as_of_dates as (select * from {{ ref('int_as_of_dates') }}),

aged_balance as (select * from {{ ref('fct_aged_balance') }}),

customers as (select * from {{ ref('int_customers_unioned') }}),

exposures as (
    select
        as_of_date,
        customer_id,
        sum(open_invoices_amount_reporting) as open_amount,
        sum(past_due_amount_reporting) as past_due_amount
    from aged_balance
    group by as_of_date, customer_id
    having sum(open_invoices_amount_reporting) > 0
),

ranked as (
    select
        *,
        row_number() over (partition by as_of_date order by open_amount desc, customer_id asc) as position_no
    from exposures
),

-- Companies of one group fall together: the parent's id stands for all of them.
group_exposures as (
    select
        exposures.as_of_date,
        coalesce(customers.parent_customer_id, exposures.customer_id) as group_id,
        sum(exposures.open_amount) as open_amount
    from exposures
    inner join customers on exposures.customer_id = customers.customer_id
    group by exposures.as_of_date, coalesce(customers.parent_customer_id, exposures.customer_id)
),

largest_groups as (
    select as_of_date, max(open_amount) as largest_group_amount
    from group_exposures
    group by as_of_date
),

totals as (
    select
        as_of_date,
        count(*) as open_customer_count,
        sum(open_amount) as open_amount,
        {%- for size in [1, 5, 10, 20] %}
        sum(open_amount) filter (where position_no <= {{ size }}) as top_{{ size }}_amount,
        {%- endfor %}
        arg_min(customer_id, position_no) as largest_customer_id,
        -- Two 18-digit decimals would multiply into another of 18 digits and overflow.
        sum(cast(open_amount as decimal(19, 2)) * cast(open_amount as decimal(19, 2))) as squared_amount,
        sum(past_due_amount) as past_due_amount,
        sum(past_due_amount) filter (where position_no <= 10) as top_10_past_due_amount
    from ranked
    group by as_of_date
),

final as (
    select
        as_of_dates.as_of_date,
        {{ reporting_currency() }} as reporting_currency,
        cast(coalesce(totals.open_customer_count, 0) as bigint) as open_customer_count,
        {{ money('coalesce(totals.open_amount, 0)') }} as open_amount_reporting,
        totals.largest_customer_id,
        {%- for size in [1, 5, 10, 20] %}
        {{ money('coalesce(totals.top_' ~ size ~ '_amount, 0)') }} as top_{{ size }}_amount_reporting,
        round({{ ratio('totals.top_' ~ size ~ '_amount', 'totals.open_amount') }}, 6) as top_{{ size }}_rate,
        {%- endfor %}
        round({{ ratio('largest_groups.largest_group_amount', 'totals.open_amount') }}, 6) as largest_group_rate,
        round({{ ratio('totals.top_10_past_due_amount', 'totals.past_due_amount') }}, 6) as top_10_past_due_rate,
        round({{ ratio('totals.squared_amount', 'cast(totals.open_amount as double) * totals.open_amount') }}, 6)
            as herfindahl_index,
        round({{ ratio('cast(totals.open_amount as double) * totals.open_amount', 'totals.squared_amount') }}, 6)
            as equal_customer_count
    from as_of_dates
    left join totals on as_of_dates.as_of_date = totals.as_of_date
    left join largest_groups on as_of_dates.as_of_date = largest_groups.as_of_date
)

select * from final
