-- Each promise made by an as-of date is in one state of each rule, and at the run's date the desk
-- reads the state that is published.
with promises as (select * from {{ ref('fct_promises') }}),

promise_rates as (select * from {{ ref('fct_promise_rates') }}),

desk as (select * from {{ ref('int_promise_states') }}),

counts as (
    select as_of_date, count(*) as promise_count
    from promises
    group by as_of_date
),

miscounted as (
    select cast(promise_rates.as_of_date as varchar) as finding
    from promise_rates
    left join counts on promise_rates.as_of_date = counts.as_of_date
    where
        {%- for rule in ['strict', 'tolerant'] %}
        {%- for state in ['live', 'kept', 'broken', 'broken_partial', 'cancelled'] %}
        promise_rates.{{ state }}_promise_count_{{ rule }}{{ " +" if not loop.last }}
        {%- endfor %}
        <> coalesce(counts.promise_count, 0){{ " or" if not loop.last }}
        {%- endfor %}
),

published as (
    select promise_id, promise_state_tolerant
    from promises
    where as_of_date = {{ as_of_date() }}
),

contradicted as (
    select coalesce(desk.promise_id, published.promise_id) as finding
    from desk
    full outer join published on desk.promise_id = published.promise_id
    where desk.promise_state is distinct from published.promise_state_tolerant
)

select finding from miscounted
union all
select finding from contradicted
