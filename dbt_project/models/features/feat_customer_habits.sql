with spells as (select * from {{ ref('feat_invoice_spells') }}),

settled as (
    select
        customer_id,
        known_from as known_date,
        invoice_id,
        currency,
        cast(gross_amount as double) as gross_amount,
        reduced_date - due_date as days_late,
        cast(reduced_date > due_date as integer) as is_late,
        cast(payment_count > 1 as integer) as is_partial,
        cast(isodow(reduced_date) = 1 as integer) as is_monday,
        cast(isodow(reduced_date) = 2 as integer) as is_tuesday,
        cast(isodow(reduced_date) = 3 as integer) as is_wednesday,
        cast(isodow(reduced_date) = 4 as integer) as is_thursday,
        cast(isodow(reduced_date) = 5 as integer) as is_friday,
        cast(last_day(reduced_date) - reduced_date < 3 as integer) as is_month_end
    from spells
    where settled_as = 'paid'
),

running as (
    select
        customer_id,
        known_date,
        count(*) over so_far as paid_count,
        avg(days_late) over so_far as days_late_mean,
        stddev_samp(days_late) over so_far as days_late_spread,
        avg(is_late) over so_far as late_share,
        avg(is_monday) over so_far as monday_share,
        avg(is_tuesday) over so_far as tuesday_share,
        avg(is_wednesday) over so_far as wednesday_share,
        avg(is_thursday) over so_far as thursday_share,
        avg(is_friday) over so_far as friday_share,
        avg(is_partial) over so_far as partial_share,
        avg(is_month_end) over so_far as month_end_share,
        avg(gross_amount) over so_far as gross_amount_mean,
        case when min(currency) over so_far = max(currency) over so_far then currency end as only_currency,
        avg(days_late) over last3 as days_late_last3,
        avg(days_late) over last5 as days_late_last5,
        median(days_late) over last10 as days_late_median,
        min(days_late) over last10 as days_late_low,
        max(days_late) over last10 as days_late_high,
        row_number() over (partition by customer_id, known_date order by invoice_id desc) as from_last
    from settled
    window
        so_far as (partition by customer_id order by known_date, invoice_id rows unbounded preceding),
        last3 as (partition by customer_id order by known_date, invoice_id rows 2 preceding),
        last5 as (partition by customer_id order by known_date, invoice_id rows 4 preceding),
        last10 as (partition by customer_id order by known_date, invoice_id rows 9 preceding)
),

final as (
    select
        customer_id,
        known_date,
        paid_count,
        days_late_mean,
        days_late_spread,
        late_share,
        monday_share,
        tuesday_share,
        wednesday_share,
        thursday_share,
        friday_share,
        partial_share,
        month_end_share,
        gross_amount_mean,
        only_currency,
        days_late_last3,
        days_late_last5,
        days_late_median,
        days_late_low,
        days_late_high,
        days_late_last3 - days_late_mean as days_late_trend
    from running
    where from_last = 1
)

select * from final
