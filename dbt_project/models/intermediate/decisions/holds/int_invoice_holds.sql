with next_steps as (select * from {{ ref('int_next_steps') }}),

holds as (select * from {{ ref('int_holds_weighed') }}),

-- What a person has overridden holds nothing.
scoped as (
    select
        next_steps.invoice_id as held_invoice_id,
        holds.*
    from holds
    inner join next_steps on holds.invoice_id = next_steps.invoice_id
    where not holds.is_overridden
    union all by name
    select
        next_steps.invoice_id as held_invoice_id,
        holds.*
    from holds
    inner join next_steps on holds.customer_id = next_steps.customer_id
    where holds.invoice_id is null and not holds.is_overridden
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
        scoped.comment,
        scoped.author,
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
