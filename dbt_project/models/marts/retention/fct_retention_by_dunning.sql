{#- What became of the customers of a year ago, by how much they had been chased before. Observational: who
    is chased more had paid later, and lateness has causes of its own. -#}
{%- set window_months = 6 -%}
{%- set few_customers = 30 -%}
with year_ago as (select * from {{ ref('int_customer_mrr_12m') }}),

months as (select * from {{ ref('int_customer_dunning_months') }}),

contacts as (select * from {{ ref('int_dunning_contacts') }}),

recording as (
    -- A month whose first days nobody recorded is not a whole one.
    select date_trunc('month', min(contact_date) - interval 1 day) + interval 1 month as first_month
    from contacts
),

-- A window counts where contacts were recorded all through it: else nobody would seem to be chased.
cohorts as (
    select
        *,
        cast(date_trunc('month', base_date) - interval {{ window_months - 1 }} month as date) as window_start_date
    from year_ago
    where date_trunc('month', base_date) - interval {{ window_months - 1 }} month >= (select first_month from recording)
),

-- A month is in the windows of its own and the next months, then leaves them.
movements as (
    select
        customer_id,
        month_start_date,
        cast(is_past_due as integer) as past_due_month_count,
        contact_count
    from months
    union all
    select
        customer_id,
        cast(month_start_date + interval {{ window_months }} month as date) as month_start_date,
        -cast(is_past_due as integer) as past_due_month_count,
        -contact_count as contact_count
    from months
),

monthly as (
    select
        customer_id,
        month_start_date,
        sum(past_due_month_count) as past_due_month_count,
        sum(contact_count) as contact_count
    from movements
    group by customer_id, month_start_date
),

windows as (
    select
        customer_id,
        month_start_date,
        sum(past_due_month_count) over history as past_due_month_count,
        sum(contact_count) over history as contact_count
    from monthly
    window history as (partition by customer_id order by month_start_date)
),

banded as (
    select
        cohorts.*,
        coalesce(windows.past_due_month_count, 0) as past_due_month_count,
        coalesce(windows.contact_count, 0) as contact_count,
        case
            when coalesce(windows.past_due_month_count, 0) = 0 then 0
            when windows.contact_count = 0 then 1
            when windows.contact_count <= 2 then 2
            when windows.contact_count <= 5 then 3
            else 4
        end as band_no
    from cohorts
    asof left join windows
        on cohorts.customer_id = windows.customer_id and cohorts.base_date >= windows.month_start_date
),

bands as (
    select
        as_of_date,
        band_no,
        any_value(base_date) as base_date,
        any_value(window_start_date) as window_start_date,
        count(*) as base_customer_count,
        count(*) filter (where closing_mrr > 0) as retained_customer_count,
        sum(base_mrr) as base_mrr,
        sum(least(base_mrr, closing_mrr)) as retained_mrr,
        sum(closing_mrr) as closing_mrr,
        sum(past_due_month_count) as past_due_month_count,
        sum(contact_count) as contact_count
    from banded
    group by as_of_date, band_no
),

-- Differences of rounded running totals: the bands add up to fct_retention to the cent.
rounded as (
    select
        *,
        {%- for column in ['base_mrr', 'retained_mrr', 'closing_mrr'] %}
        {{ money('sum(' ~ column ~ ') over history') }} as {{ column }}_to_here{{ "," if not loop.last }}
        {%- endfor %}
    from bands
    window history as (partition by as_of_date order by band_no)
),

final as (
    select
        as_of_date,
        ['not_past_due', 'none', '1_2', '3_5', '6_plus'][band_no + 1] as dunning_band,
        {{ reporting_currency() }} as reporting_currency,
        window_start_date,
        base_date,
        cast(base_customer_count as bigint) as base_customer_count,
        cast(retained_customer_count as bigint) as retained_customer_count,
        {%- for name, column in [
            ('base_mrr_reporting', 'base_mrr'), ('retained_mrr_reporting', 'retained_mrr'),
            ('closing_mrr_reporting', 'closing_mrr')
        ] %}
        cast({{ column }}_to_here - coalesce(lag({{ column }}_to_here) over bands_before, 0) as decimal(18, 2))
            as {{ name }},
        {%- endfor %}
        round({{ ratio('retained_customer_count', 'base_customer_count') }}, 6) as logo_retention_rate,
        round({{ ratio('retained_mrr', 'base_mrr') }}, 6) as grr_12m_snapshot,
        round({{ ratio('closing_mrr', 'base_mrr') }}, 6) as nrr_12m,
        {{ money(ratio('base_mrr', 'base_customer_count')) }} as base_arpa_reporting,
        round({{ ratio('past_due_month_count', 'base_customer_count') }}, 6) as mean_past_due_months,
        round({{ ratio('contact_count', 'base_customer_count') }}, 6) as mean_contact_count,
        base_customer_count < {{ few_customers }} as is_small_group
    from rounded
    window bands_before as (partition by as_of_date order by band_no)
)

select * from final
