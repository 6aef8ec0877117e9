{%- set movements = [
    'new', 'reactivation', 'expansion', 'contraction', 'churn_voluntary', 'churn_involuntary'
] -%}
with as_of_dates as (select * from {{ ref('int_as_of_dates') }}),

changes as (select * from {{ ref('int_mrr_changes') }}),

year_ago as (select * from {{ ref('int_customer_mrr_12m') }}),

-- All at the closing rate of the date; losses positive.
totals as (
    select
        as_of_date,
        sum(opening_mrr_cc) as opening_mrr_cc,
        sum(closing_mrr) as closing_mrr,
        {%- for movement in movements %}
        coalesce(sum(abs(closing_mrr - opening_mrr_cc)) filter (where movement = '{{ movement }}'), 0)
            as {{ movement }}_mrr,
        {%- endfor %}
        coalesce(sum(closing_mrr) filter (where is_at_risk and closing_mrr > 0), 0) as mrr_at_risk,
        count(*) filter (where opening_mrr_cc > 0) as opening_customer_count,
        count(*) filter (where closing_mrr > 0) as closing_customer_count,
        count(*) filter (where movement in ('churn_voluntary', 'churn_involuntary')) as churned_customer_count,
        count(*) filter (where movement = 'churn_involuntary') as churn_involuntary_customer_count,
        count(*) filter (where is_at_risk and closing_mrr > 0) as at_risk_customer_count
    from changes
    group by as_of_date
),

-- Twelve months up to the date, the last one to date (K7).
twelve_months as (
    select
        as_of_dates.as_of_date,
        sum(totals.opening_customer_count) as opening_customer_count,
        sum(totals.churned_customer_count) as churned_customer_count
    from as_of_dates
    inner join totals
        on
            totals.as_of_date >= as_of_dates.month_start_date - interval 11 month
            and totals.as_of_date <= as_of_dates.as_of_date
    group by as_of_dates.as_of_date
),

year_totals as (
    select
        as_of_date,
        any_value(base_date) as base_date,
        count(*) as base_customer_count,
        sum(base_mrr) as base_mrr,
        sum(closing_mrr) as closing_mrr,
        sum(least(base_mrr, greatest(closing_mrr, 0))) as capped_mrr,
        sum(lost_mrr) as lost_mrr
    from year_ago
    group by as_of_date
),

-- Sums the ratios share.
prepared as (
    select
        as_of_dates.as_of_date,
        totals.opening_mrr_cc,
        totals.closing_mrr,
        totals.mrr_at_risk,
        totals.opening_customer_count,
        totals.closing_customer_count,
        totals.churned_customer_count,
        totals.churn_involuntary_customer_count,
        totals.at_risk_customer_count,
        totals.churn_voluntary_mrr + totals.churn_involuntary_mrr as churn_mrr,
        totals.churn_involuntary_mrr,
        totals.churn_voluntary_mrr + totals.churn_involuntary_mrr + totals.contraction_mrr as loss_mrr,
        totals.expansion_mrr,
        totals.reactivation_mrr,
        totals.new_mrr + totals.expansion_mrr as gain_mrr,
        twelve_months.opening_customer_count as opening_customer_count_12m,
        twelve_months.churned_customer_count as churned_customer_count_12m,
        year_totals.base_date,
        year_totals.base_customer_count,
        year_totals.base_mrr,
        year_totals.closing_mrr as base_closing_mrr,
        year_totals.capped_mrr,
        year_totals.base_mrr - year_totals.lost_mrr as kept_mrr
    from as_of_dates
    left join totals on as_of_dates.as_of_date = totals.as_of_date
    left join twelve_months on as_of_dates.as_of_date = twelve_months.as_of_date
    left join year_totals on as_of_dates.as_of_date = year_totals.as_of_date
),

final as (
    select
        as_of_date,
        {{ reporting_currency() }} as reporting_currency,
        {{ money('coalesce(opening_mrr_cc, 0)') }} as opening_mrr_cc_reporting,
        {{ money('coalesce(closing_mrr, 0)') }} as mrr_reporting,
        {{ money('coalesce(closing_mrr, 0) * 12') }} as arr,
        {%- for name, numerator, denominator in [
            ('logo_churn', 'churned_customer_count', 'opening_customer_count'),
            ('involuntary_logo_churn', 'churn_involuntary_customer_count', 'opening_customer_count'),
            ('gross_revenue_churn', 'loss_mrr', 'opening_mrr_cc'),
            ('net_revenue_churn', '(loss_mrr - expansion_mrr)', 'opening_mrr_cc'),
            (
                'net_revenue_churn_incl_reactivation',
                '(loss_mrr - expansion_mrr - reactivation_mrr)', 'opening_mrr_cc'
            ),
            ('involuntary_revenue_churn', 'churn_involuntary_mrr', 'opening_mrr_cc'),
            ('involuntary_churn_share', 'churn_involuntary_mrr', 'churn_mrr'),
            ('nrr_12m', 'base_closing_mrr', 'base_mrr'),
            ('grr_12m_snapshot', 'capped_mrr', 'base_mrr'),
            ('grr_12m_movement', 'greatest(kept_mrr, 0)', 'base_mrr'),
            ('quick_ratio', '(gain_mrr + reactivation_mrr)', 'loss_mrr'),
            ('quick_ratio_ex_reactivation', 'gain_mrr', 'loss_mrr'),
            ('monthly_logo_churn_12m', 'churned_customer_count_12m', 'opening_customer_count_12m'),
        ] %}
        round({{ ratio(numerator, denominator) }}, 6) as {{ name }},
        {%- endfor %}
        {{ money(ratio('closing_mrr', 'closing_customer_count')) }} as arpa_reporting,
        -- A customer is worth its margin for as long as it stays: one month over the monthly churn.
        {%- for name, mrr, customers in [
            ('ltv', 'closing_mrr', 'closing_customer_count'), ('ltv_at_risk', 'mrr_at_risk', '1')
        ] %}
        {{
            money(
                ratio('(' ~ mrr ~ ' * ' ~ param('gross_margin_rate') ~ ')', customers)
                ~ ' * ' ~ ratio('opening_customer_count_12m', 'churned_customer_count_12m')
            )
        }} as {{ name }},
        {%- endfor %}
        {{ money('coalesce(mrr_at_risk, 0)') }} as mrr_at_risk,
        base_date as base_date_12m,
        {{ money('coalesce(base_mrr, 0)') }} as base_mrr_12m_reporting,
        {%- for column in [
            'base_customer_count', 'opening_customer_count', 'closing_customer_count', 'churned_customer_count',
            'churn_involuntary_customer_count', 'at_risk_customer_count', 'opening_customer_count_12m',
            'churned_customer_count_12m'
        ] %}
        cast(coalesce({{ column }}, 0) as bigint) as {{ column ~ ('_12m' if column == 'base_customer_count' else '') }}
        {{- "," if not loop.last }}
        {%- endfor %}
    from prepared
)

select * from final
