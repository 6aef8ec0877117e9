{#- Rates of late payment by regime and half-year. A half-year the company entered takes the place of the
    published one. A time without a row has no rate, and whatever would be charged for it stops the day. -#}
with published as (
    select
        semesters.semester,
        cast(semesters.reference_rate as decimal(9, 6)) as reference_rate,
        cast(semesters.legal_rate as decimal(9, 6)) as legal_rate
    from (
        values
        ('2023-S2', 0.0400, 0.0422),
        ('2024-S1', 0.0450, 0.0507),
        ('2024-S2', 0.0425, 0.0492),
        ('2025-S1', 0.0315, 0.0371),
        ('2025-S2', 0.0215, 0.0276),
        ('2026-S1', 0.0215, 0.0262),
        ('2026-S2', 0.0240, 0.0275)
    ) as semesters (semester, reference_rate, legal_rate)
),

-- The day from which a new text of the law applies, after which somebody must look at these rules again.
regimes as (
    select
        laws.regime,
        cast(laws.surcharge_rate as decimal(9, 6)) as surcharge_rate,
        laws.has_published_rates,
        cast(laws.review_date as date) as review_date
    from (
        values
        ('fr_b2b', 0.10, true, '2027-01-01'),
        ('eu_directive', 0.08, true, null),
        ('uk', 0.08, false, null)
    ) as laws (regime, surcharge_rate, has_published_rates, review_date)
),

half_years as (
    select
        regimes.regime,
        published.semester,
        published.reference_rate,
        case when regimes.regime = 'fr_b2b' then published.legal_rate end as legal_rate
    from regimes
    cross join published
    where regimes.has_published_rates
),

entered as (
    {{ entered_rates() }}
),

merged as (
    select
        coalesce(entered.regime, half_years.regime) as regime,
        coalesce(entered.semester, half_years.semester) as semester,
        coalesce(entered.reference_rate, half_years.reference_rate) as reference_rate,
        coalesce(entered.legal_rate, half_years.legal_rate) as legal_rate,
        coalesce(
            entered.source, 'ECB main refinancing operations, decrees on the French legal rate; secondary sources'
        ) as source,
        coalesce(entered.is_verified, false) as is_verified
    from half_years
    full outer join entered
        on half_years.regime = entered.regime and half_years.semester = entered.semester
),

dated as (
    select
        *,
        cast(left(semester, 4) || if(right(semester, 1) = '1', '-01-01', '-07-01') as date) as valid_from
    from merged
),

final as (
    select
        dated.regime,
        dated.semester,
        dated.valid_from,
        cast(dated.valid_from + interval 6 month as date) as valid_to,
        dated.reference_rate,
        cast(dated.reference_rate + regimes.surcharge_rate as decimal(9, 6)) as yearly_rate,
        dated.legal_rate,
        dated.source,
        dated.is_verified,
        regimes.review_date
    from dated
    inner join regimes on dated.regime = regimes.regime
    {%- if late_payment('regime') == 'contract' %}
    union all
    select
        'contract' as regime,
        cast(null as varchar) as semester,
        date '1900-01-01' as valid_from,
        date '9999-12-31' as valid_to,
        cast(null as decimal(9, 6)) as reference_rate,
        cast({{ late_payment('contract_yearly_rate') }} as decimal(9, 6)) as yearly_rate,
        cast(null as decimal(9, 6)) as legal_rate,
        'contract' as source,
        true as is_verified,
        {{ "date '2027-01-01'" if late_payment('contract_law') == 'fr' else 'cast(null as date)' }} as review_date
    {%- endif %}
)

select * from final
