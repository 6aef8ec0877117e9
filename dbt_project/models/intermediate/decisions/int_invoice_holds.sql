with next_steps as (select * from {{ ref('int_next_steps') }}),

holds as (
    select * from {{ ref('int_holds_by_records') }}
    union all by name
    select * from {{ ref('int_holds_by_customers') }}
),

prioritised as (
    select
        holds.*,
        -- The reason shown first is the one that a person must respect longest.
        case holds.hold_reason
            when 'insolvency' then 1
            when 'opt_out' then 2
            when 'dispute' then 3
            when 'promise' then 4
            when 'ticket' then 5
            when 'opportunity' then 6
            when 'unapplied_cash' then 7
            when 'no_contact' then 8
            when 'recent_contact' then 9
        end as hold_priority
    from holds
),

scoped as (
    select
        next_steps.invoice_id as held_invoice_id,
        prioritised.*
    from prioritised
    inner join next_steps on prioritised.invoice_id = next_steps.invoice_id
    union all by name
    select
        next_steps.invoice_id as held_invoice_id,
        prioritised.*
    from prioritised
    inner join next_steps on prioritised.customer_id = next_steps.customer_id
    where prioritised.invoice_id is null
),

final as (
    select
        {{ as_of_date() }} as as_of_date,
        scoped.held_invoice_id,
        next_steps.customer_id,
        scoped.invoice_id,
        scoped.hold_reason,
        scoped.hold_priority,
        scoped.source_record_id,
        scoped.hold_start_date,
        scoped.hold_until_date,
        case when next_steps.is_askable then next_steps.asked_amount_reporting else 0 end as deferred_amount_reporting,
        row_number() over (
            partition by scoped.held_invoice_id
            order by
                scoped.hold_priority asc,
                scoped.hold_until_date desc nulls first,
                scoped.source_record_id asc
        ) = 1 as is_deciding
    from scoped
    inner join next_steps on scoped.held_invoice_id = next_steps.invoice_id
)

select * from final
