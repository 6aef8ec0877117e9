{%- set rules = [
    ('strict', 'paid_by_promised_date_amount', 'promised_date'),
    ('tolerant', 'paid_by_deadline_amount', 'deadline_date'),
] -%}
{%- set states = ['live', 'kept', 'broken', 'broken_partial', 'cancelled'] -%}
with as_of_dates as (select * from {{ ref('int_as_of_dates') }}),

promise_versions as (select * from {{ ref('int_promise_versions') }}),

rates as (select * from {{ ref('int_fx_rates_every_day') }}),

-- Every state under both rules; those past their deadline are judged, in the 12 months after it too.
intervals as (
    {%- for rule, paid, deadline in rules %}
    {%- for is_judged, months in [(false, none), (true, none), (true, 12)] %}
    select
        '{{ rule }}' as rule_name,
        {{ "'judged_12m'" if months else "'judged'" if is_judged else "'all'" }} as population,
        currency,
        promise_state_{{ rule }} as promise_state,
        amount,
        {{ paid }} as paid_amount,
        {{ first_as_of_date('greatest(valid_from, ' ~ deadline ~ ')' if is_judged else 'valid_from') }}
            as first_as_of_date,
        {{ first_as_of_date('least(valid_to, ' ~ end_of_window(deadline, months) ~ ')' if months else 'valid_to') }}
            as end_as_of_date
    from promise_versions
    {%- if is_judged %}
    where promise_state_{{ rule }} <> 'cancelled'
    {%- endif %}
    {{ "union all" if not loop.last }}
    {%- endfor %}
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

grouped as (
    select
        rule_name,
        population,
        currency,
        promise_state,
        first_as_of_date,
        end_as_of_date,
        count(*) as promise_count,
        sum(amount) as promised_amount,
        sum(least(paid_amount, amount)) as paid_amount
    from intervals
    where first_as_of_date < end_as_of_date
    group by all
),

dated as (
    select
        * exclude (first_as_of_date, end_as_of_date),
        unnest({{ as_of_dates_within('first_as_of_date', 'end_as_of_date') }}) as as_of_date
    from grouped
),

-- At the closing rate of the as-of date (K8).
totals as (
    select
        dated.as_of_date,
        {%- for rule, paid, deadline in rules %}
        {%- for state in states %}
        sum(dated.promise_count) filter (
            where dated.rule_name = '{{ rule }}' and dated.population = 'all' and dated.promise_state = '{{ state }}'
        ) as {{ state }}_count_{{ rule }},
        {%- endfor %}
        {%- for population in ['judged', 'judged_12m'] %}
        {%- set selected = "dated.rule_name = '" ~ rule ~ "' and dated.population = '" ~ population ~ "'" %}
        sum(dated.promise_count) filter (where {{ selected }}) as {{ population }}_count_{{ rule }},
        coalesce(sum(dated.promise_count) filter (where {{ selected }} and dated.promise_state = 'kept'), 0)
            as kept_{{ population }}_count_{{ rule }},
        sum(dated.promised_amount * rates.rate) filter (where {{ selected }}) as {{ population }}_amount_{{ rule }},
        sum(dated.paid_amount * rates.rate) filter (where {{ selected }}) as paid_{{ population }}_amount_{{ rule }}
        {{- "," if not loop.last }}
        {%- endfor %}
        {{- "," if not loop.last }}
        {%- endfor %}
    from dated
    inner join rates on dated.currency = rates.from_currency and dated.as_of_date = rates.rate_date
    group by dated.as_of_date
),

final as (
    select
        as_of_dates.as_of_date,
        {{ reporting_currency() }} as reporting_currency,
        {%- for rule, paid, deadline in rules %}
        {%- for state in states %}
        cast(coalesce(totals.{{ state }}_count_{{ rule }}, 0) as bigint) as {{ state }}_promise_count_{{ rule }},
        {%- endfor %}
        {%- for population, window in [('judged', ''), ('judged_12m', '_12m')] %}
        {%- set judged = population ~ '_count_' ~ rule %}
        {%- set promised = population ~ '_amount_' ~ rule %}
        cast(coalesce(totals.{{ judged }}, 0) as bigint) as judged_promise_count_{{ rule }}{{ window }},
        round({{ ratio('totals.kept_' ~ judged, 'totals.' ~ judged) }}, 6) as promise_kept_rate_{{ rule }}{{ window }},
        {{ money('coalesce(totals.' ~ promised ~ ', 0)') }} as promised_amount_cc_{{ rule }}{{ window }},
        {{ money('coalesce(totals.paid_' ~ promised ~ ', 0)') }} as promise_paid_amount_cc_{{ rule }}{{ window }},
        round({{ ratio('totals.paid_' ~ promised, 'totals.' ~ promised) }}, 6)
            as promise_kept_rate_{{ rule }}_value{{ window }}{{ "," if not loop.last }}
        {%- endfor %}
        {{- "," if not loop.last }}
        {%- endfor %}
    from as_of_dates
    left join totals on as_of_dates.as_of_date = totals.as_of_date
)

select * from final
