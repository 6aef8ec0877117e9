with proposed_lines as (select * from {{ ref('int_proposed_lines') }}),

decisions as (select * from {{ ref('int_account_decisions') }}),

final as (
    select proposed_lines.*
    from proposed_lines
    inner join decisions on proposed_lines.customer_id = decisions.customer_id
    where decisions.decision = 'send'
)

select * from final
