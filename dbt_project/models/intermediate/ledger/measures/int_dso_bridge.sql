{#- What moved rolling DSO since the as-of date before, unrounded. All lines but the exchange one value both
    dates at the later closing rates; a balance's own change is taken at the mean days per unit of sales. -#}
with as_of_dates as (select * from {{ ref('int_as_of_dates') }}),

dso as (select * from {{ ref('fct_dso') }}),

by_currency as (select * from {{ ref('fct_receivables_by_currency') }}),

sales_windows as (select * from {{ ref('int_sales_windows') }}),

terms_changes as (select * from {{ ref('int_terms_changes') }}),

-- A dispute of what is not due yet keeps nobody waiting: it stays with the current balance.
positions as (
    select
        by_currency.as_of_date,
        by_currency.currency,
        by_currency.not_due_amount as current_amount,
        by_currency.past_due_amount
        - (by_currency.disputed_amount - by_currency.disputed_not_due_amount) as delinquent_amount,
        by_currency.disputed_amount - by_currency.disputed_not_due_amount as disputed_amount,
        by_currency.unapplied_cash_amount + by_currency.unapplied_credit_notes_amount as unapplied_amount,
        coalesce(sales_windows.sales_3m_amount, 0) as sales_amount,
        sales_windows.days_3m
    from by_currency
    left join sales_windows
        on by_currency.as_of_date = sales_windows.as_of_date and by_currency.currency = sales_windows.currency
),

totals as (
    select
        as_of_dates.as_of_date,
        {%- for name, table in [('now', 'positions'), ('before', 'positions_before')] %}
        {%- for column in ['current', 'delinquent', 'disputed', 'unapplied'] %}
        cast(coalesce(sum({{ table }}.{{ column }}_amount * by_currency.closing_rate), 0) as double)
            as {{ column }}_{{ name }},
        {%- endfor %}
        {{ ratio('max(' ~ table ~ '.days_3m)', 'sum(' ~ table ~ '.sales_amount * by_currency.closing_rate)') }}
            as days_per_sale_{{ name }}{{ "," if not loop.last }}
        {%- endfor %}
    from as_of_dates
    inner join by_currency on as_of_dates.as_of_date = by_currency.as_of_date
    inner join positions
        on by_currency.as_of_date = positions.as_of_date and by_currency.currency = positions.currency
    -- A currency without a row before was not there yet.
    left join positions as positions_before
        on
            as_of_dates.previous_as_of_date = positions_before.as_of_date
            and by_currency.currency = positions_before.currency
    group by as_of_dates.as_of_date
),

dated as (
    select
        totals.*,
        dso.dso_rolling_3m as closing_dso,
        dso_before.dso_rolling_3m as opening_dso,
        -- Rounded as the published DSO is: a ledger of one currency has no exchange line in the last place.
        round((current_now + delinquent_now + disputed_now - unapplied_now) * days_per_sale_now, 6) as closing_dso_cc,
        round((current_before + delinquent_before + disputed_before - unapplied_before) * days_per_sale_before, 6)
            as opening_dso_cc,
        (days_per_sale_now + days_per_sale_before) / 2 as mean_days_per_sale,
        days_per_sale_now - days_per_sale_before as change_of_days_per_sale,
        cast(coalesce(terms_changes.terms_change_days, 0) as double) as terms_days
    from totals
    inner join as_of_dates on totals.as_of_date = as_of_dates.as_of_date
    inner join dso on totals.as_of_date = dso.as_of_date
    inner join dso as dso_before on as_of_dates.previous_as_of_date = dso_before.as_of_date
    left join terms_changes on totals.as_of_date = terms_changes.as_of_date
),

final as (
    select
        as_of_date,
        opening_dso,
        closing_dso,
        current_now * days_per_sale_now - current_before * days_per_sale_before - terms_days
        + change_of_days_per_sale
        * (
            delinquent_now + delinquent_before + disputed_now + disputed_before - unapplied_now - unapplied_before
        ) / 2 as sales_days,
        terms_days,
        (delinquent_now - delinquent_before) * mean_days_per_sale as delinquency_days,
        (disputed_now - disputed_before) * mean_days_per_sale as disputes_days,
        (unapplied_before - unapplied_now) * mean_days_per_sale as unapplied_days,
        (closing_dso - closing_dso_cc) - (opening_dso - opening_dso_cc) as fx_days
    from dated
)

select * from final
