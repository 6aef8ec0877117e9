{#- When an invoice became a problem, when the company first acted on it, and when the problem was over
    by itself. From `valid_from` to before `valid_to` the problem reads so. -#}
with readings as (select * from {{ ref('int_invoice_readings') }}),

invoices as (select * from {{ ref('int_invoices_unioned') }}),

disputes as (select * from {{ ref('int_disputes_unioned') }}),

invoice_actions as (
    select subject_id as invoice_id, action_date
    from {{ ref('int_own_actions') }}
    where subject = 'invoice'
),

customer_actions as (
    select subject_id as customer_id, action_date
    from {{ ref('int_own_actions') }}
    where subject = 'customer'
),

first_disputes as (
    select
        disputes.invoice_id,
        greatest(disputes.raised_date, invoices.invoice_date) as dispute_date,
        disputes.resolved_date
    from disputes
    inner join invoices on disputes.invoice_id = invoices.invoice_id
    where disputes.raised_date <= {{ as_of_date() }}
    qualify row_number() over (
        partition by disputes.invoice_id order by disputes.raised_date, disputes.dispute_id
    ) = 1
),

-- `least` leaves out what is null.
dated as (
    select
        readings.invoice_id,
        invoices.customer_id,
        readings.valid_from,
        readings.valid_to,
        readings.past_due_date,
        readings.chargeback_date,
        readings.settled_date,
        first_disputes.dispute_date,
        first_disputes.resolved_date,
        least(readings.past_due_date, first_disputes.dispute_date) as problem_date
    from readings
    inner join invoices on readings.invoice_id = invoices.invoice_id
    left join first_disputes on readings.invoice_id = first_disputes.invoice_id
),

-- Over when nothing is open any more; where a dispute was the problem, also no dispute.
problems as (
    select
        invoice_id,
        customer_id,
        greatest(valid_from, problem_date) as valid_from,
        valid_to,
        problem_date,
        case
            when chargeback_date = problem_date then 'chargeback'
            when dispute_date = problem_date then 'dispute'
            else 'past_due'
        end as problem_kind,
        case
            when dispute_date is null or dispute_date > problem_date or chargeback_date = problem_date
                then settled_date
            when settled_date is not null and resolved_date is not null
                then greatest(settled_date, resolved_date, problem_date)
        end as ended_date
    from dated
    where problem_date <= {{ as_of_date() }} and problem_date < valid_to
),

-- The first action on or after the problem. One that names only the customer was about what was a
-- problem on its day.
final as (
    select
        problems.invoice_id,
        problems.customer_id,
        problems.valid_from,
        problems.valid_to,
        problems.problem_date,
        problems.problem_kind,
        least(
            invoice_actions.action_date,
            case
                when problems.ended_date is null or customer_actions.action_date <= problems.ended_date
                    then customer_actions.action_date
            end
        ) as noticed_date,
        problems.ended_date
    from problems
    asof left join invoice_actions
        on
            problems.invoice_id = invoice_actions.invoice_id
            and problems.problem_date <= invoice_actions.action_date
    asof left join customer_actions
        on
            problems.customer_id = customer_actions.customer_id
            and problems.problem_date <= customer_actions.action_date
)

select * from final
