{#- Phrases from facts, in the order in which a person would say them; at most four an account. After
    them what the payment model sees in the shown invoice, less what the facts said. -#}
{%- set said_as_facts = [
    'customer_past_due_count', 'customer_open_dispute_count', 'customer_open_ticket_count', 'customer_days_late_mean',
] -%}
{#- The last three invoices are worth a word where they were later than the usual just said. -#}
{%- set as_usual = "reason.feature = 'customer_days_late_last3'"
    ~ " and try_cast(reason.value as double) < greatest(usual_days_late, 0) + 5" -%}
with facts as (select * from {{ ref('int_account_facts') }}),

settings as (select * from {{ ref('int_policy_settings') }}),

phrases as (
    select
        customer_id,
        1 as position_no,
        'insolvency proceedings since ' || strftime(insolvency_date, '%-d %b %Y') as reason_en,
        'procédure collective depuis le ' || strftime(insolvency_date, '%d/%m/%Y') as reason_fr
    from facts
    where insolvency_date <= {{ as_of_date() }}
    union all
    select
        customer_id,
        2 as position_no,
        'promise for ' || strftime(broken_promised_date, '%-d %b %Y') || ' not kept' as reason_en,
        'promesse du ' || strftime(broken_promised_date, '%d/%m/%Y') || ' non tenue' as reason_fr
    from facts
    where broken_promised_date is not null
    union all
    -- Fewer than three settled invoices are no habit.
    select
        customer_id,
        3 as position_no,
        shown_days_past_due || case when shown_days_past_due = 1 then ' day' else ' days' end || ' past due'
        || case
            when settled_invoice_count_12m < 3 or usual_days_late is null then ''
            when usual_days_late <= 0 then ', usually pays on time'
            when usual_days_late = 1 then ', usually 1 day late'
            else ', usually ' || usual_days_late || ' days late'
        end as reason_en,
        shown_days_past_due || case when shown_days_past_due = 1 then ' jour' else ' jours' end || ' de retard'
        || case
            when settled_invoice_count_12m < 3 or usual_days_late is null then ''
            when usual_days_late <= 0 then ', paie d''habitude à temps'
            when usual_days_late = 1 then ', 1 jour d''habitude'
            else ', ' || usual_days_late || ' jours d''habitude'
        end as reason_fr
    from facts
    where shown_days_past_due > 0
    union all
    select
        customer_id,
        3 as position_no,
        'due ' || strftime(shown_due_date, '%-d %b') || ', expected '
        || coalesce(
            (p50_date - shown_due_date)
            || case when p50_date - shown_due_date = 1 then ' day late' else ' days late' end,
            'very late'
        ) as reason_en,
        'échéance le ' || strftime(shown_due_date, '%d/%m') || ', attendu avec '
        || coalesce(
            (p50_date - shown_due_date)
            || case when p50_date - shown_due_date = 1 then ' jour de retard' else ' jours de retard' end,
            'un très long retard'
        ) as reason_fr
    from facts
    where shown_days_past_due <= 0 and is_early_warning
    union all
    select
        customer_id,
        4 as position_no,
        disputed_invoice_count
        || case when disputed_invoice_count = 1 then ' invoice disputed' else ' invoices disputed' end as reason_en,
        disputed_invoice_count
        || case when disputed_invoice_count = 1 then ' facture en litige' else ' factures en litige' end as reason_fr
    from facts
    where disputed_invoice_count > 0
    union all
    select
        customer_id,
        5 as position_no,
        'nobody has been in touch since it fell due' as reason_en,
        'aucun contact depuis l''échéance' as reason_fr
    from facts
    where is_unchased
    union all
    select
        customer_id,
        6 as position_no,
        open_ticket_count || case when open_ticket_count = 1 then ' open ticket' else ' open tickets' end as reason_en,
        open_ticket_count
        || case when open_ticket_count = 1 then ' ticket ouvert' else ' tickets ouverts' end as reason_fr
    from facts
    where open_ticket_count > 0
    union all
    -- A share of all customers says nothing of this one: only what the churn model sees in it is said.
    select
        facts.customer_id,
        7 as position_no,
        'churn risk ' || cast(round(facts.churn_probability * 100) as integer) || '%'
        || coalesce(': ' || {{ reason_sentences('facts.churn_reason_codes', 'en', 'raises', 1) }}, '') as reason_en,
        'risque de départ ' || cast(round(facts.churn_probability * 100) as integer) || ' %'
        || coalesce(' : ' || {{ reason_sentences('facts.churn_reason_codes', 'fr', 'raises', 1) }}, '') as reason_fr
    from facts
    cross join settings
    where facts.churn_probability >= settings.churn_alert_rate and facts.churn_method <> 'base_rate'
    union all
    select
        customer_id,
        7 as position_no,
        'has given notice to leave' as reason_en,
        'a notifié sa résiliation' as reason_fr
    from facts
    where churn_method = 'notice_given'
    union all
    select
        customer_id,
        8 as position_no,
        'points to later payment: ' || {{ reason_sentences('reason_codes', 'en', 'later', 2, said_as_facts, as_usual) }}
            as reason_en,
        'laisse attendre un paiement plus tardif : '
        || {{ reason_sentences('reason_codes', 'fr', 'later', 2, said_as_facts, as_usual) }} as reason_fr
    from facts
    where {{ reason_sentences('reason_codes', 'en', 'later', 2, said_as_facts, as_usual) }} is not null
),

ranked as (
    select
        customer_id,
        position_no,
        reason_en,
        reason_fr,
        row_number() over (partition by customer_id order by position_no) as reason_rank
    from phrases
),

final as (
    select
        {{ as_of_date() }} as as_of_date,
        customer_id,
        string_agg(reason_en, ' · ' order by position_no) as reasons_en,
        string_agg(reason_fr, ' · ' order by position_no) as reasons_fr
    from ranked
    where reason_rank <= 4 or position_no = 8
    group by customer_id
)

select * from final
