with customers as (select * from {{ ref('fct_customer_360') }}),

churn_predictions as (select * from {{ source('ml', 'churn_predictions') }}),

segments as (select * from {{ ref('int_policy_segments') }}),

holidays as (select * from {{ source('raw_policy', 'holidays') }}),

settings as (select * from {{ ref('int_policy_settings') }}),

facts as (
    select
        customers.customer_id,
        customers.segment as account_segment,
        upper(customers.country) as country,
        customers.mrr_reporting,
        customers.open_amount_reporting,
        customers.tenure_days,
        customers.median_days_late_12m,
        churn_predictions.p_churn
    from customers
    left join churn_predictions
        on
            customers.customer_id = churn_predictions.customer_id
            and churn_predictions.as_of_date = {{ as_of_date() }}
),

-- A condition that is not given asks nothing; a fact that is not known meets none.
fits as (
    select
        facts.customer_id,
        facts.country,
        segments.segment_no,
        row_number() over (partition by facts.customer_id order by segments.segment_no) as position_no
    from facts
    inner join segments
        on
            (segments.customer_ids is null or list_contains(segments.customer_ids, facts.customer_id))
            and (segments.account_segments is null or list_contains(segments.account_segments, facts.account_segment))
            and (segments.countries is null or list_contains(segments.countries, facts.country))
            {%- for fact, condition in [
                ('mrr_reporting', 'mrr'),
                ('open_amount_reporting', 'open_amount'),
                ('tenure_days', 'tenure_days'),
                ('median_days_late_12m', 'usual_days_late'),
                ('p_churn', 'churn_probability'),
            ] %}
            and (segments.minimum_{{ condition }} is null or facts.{{ fact }} >= segments.minimum_{{ condition }})
            {%- if condition not in ['mrr', 'churn_probability'] %}
            and (segments.maximum_{{ condition }} is null or facts.{{ fact }} <= segments.maximum_{{ condition }})
            {%- endif %}
            {%- endfor %}
),

final as (
    select
        {{ as_of_date() }} as as_of_date,
        fits.customer_id,
        segments.policy_segment,
        segments.scenario,
        segments.lane,
        coalesce(settings.has_quiet_public_holidays and holidays.country is not null, false) as is_public_holiday
    from fits
    inner join segments on fits.segment_no = segments.segment_no
    cross join settings
    left join holidays
        on
            coalesce(fits.country, settings.default_country) = holidays.country
            and holidays.holiday_date = {{ as_of_date() }}
    where fits.position_no = 1
)

select * from final
