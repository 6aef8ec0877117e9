{%- set movements = [
    'new', 'reactivation', 'expansion', 'contraction', 'churn_voluntary', 'churn_involuntary'
] -%}
with as_of_dates as (select * from {{ ref('int_as_of_dates') }}),

changes as (select * from {{ ref('int_mrr_changes') }}),

totals as (
    select
        as_of_date,
        sum(opening_mrr) as opening_mrr,
        sum(opening_mrr_cc) as opening_mrr_cc,
        {%- for movement in movements %}
        coalesce(sum(closing_mrr - opening_mrr_cc) filter (where movement = '{{ movement }}'), 0) as {{ movement }}_mrr,
        count(*) filter (where movement = '{{ movement }}') as {{ movement }}_customer_count,
        {%- endfor %}
        sum(closing_mrr) as closing_mrr,
        count(*) filter (where opening_mrr_cc > 0) as opening_customer_count,
        count(*) filter (where closing_mrr > 0) as closing_customer_count
    from changes
    group by as_of_date
),

-- The way from opening to closing: the total after each line, rounded. A published line is the difference
-- of two of them, so that the lines add up to the cent and a line of nothing stays zero.
running as (
    select
        as_of_date,
        {{ money('opening_mrr') }} as after_opening,
        {{ money('opening_mrr_cc') }} as after_fx,
        {%- set passed = ['opening_mrr_cc'] %}
        {%- for movement in movements %}
        {%- do passed.append(movement ~ '_mrr') %}
        {{ money(passed | join(' + ')) }} as after_{{ movement }},
        {%- endfor %}
        {{ money('closing_mrr') }} as closing_mrr_reporting
    from totals
),

final as (
    select
        as_of_dates.as_of_date,
        {{ reporting_currency() }} as reporting_currency,
        coalesce(running.after_opening, 0) as opening_mrr_reporting,
        {%- for line in movements %}
        cast(
            coalesce(running.after_{{ line }} - running.after_{{ loop.previtem or 'fx' }}, 0) as decimal(18, 2)
        ) as {{ line }}_mrr_reporting,
        {%- endfor %}
        cast(coalesce(running.after_fx - running.after_opening, 0) as decimal(18, 2)) as fx_mrr_reporting,
        coalesce(running.closing_mrr_reporting, 0) as closing_mrr_reporting,
        {{ money('coalesce(totals.closing_mrr, 0) * 12') }} as arr_reporting,
        cast(coalesce(totals.opening_customer_count, 0) as bigint) as opening_customer_count,
        {%- for movement in movements %}
        cast(coalesce(totals.{{ movement }}_customer_count, 0) as bigint) as {{ movement }}_customer_count,
        {%- endfor %}
        cast(coalesce(totals.closing_customer_count, 0) as bigint) as closing_customer_count,
        cast(
            coalesce(totals.churn_voluntary_customer_count + totals.churn_involuntary_customer_count, 0) as bigint
        ) as churned_customer_count,
        round(
            {{
                ratio(
                    '(totals.churn_voluntary_customer_count + totals.churn_involuntary_customer_count)',
                    'totals.opening_customer_count'
                )
            }}, 6
        ) as logo_churn
    from as_of_dates
    left join totals on as_of_dates.as_of_date = totals.as_of_date
    left join running on as_of_dates.as_of_date = running.as_of_date
)

select * from final
