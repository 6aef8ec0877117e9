{#- From which day each kind of fact is told of at all. Before it nothing counts as nought: that there is no
    ticket where nobody records tickets says nothing. -#}
with tickets as (select * from {{ ref('int_tickets_unioned') }}),

opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

activities as (select * from {{ ref('int_activities_unioned') }}),

disputes as (select * from {{ ref('int_disputes_unioned') }}),

subscriptions as (select * from {{ ref('int_subscription_versions_unioned') }}),

final as (
    select
        (select min(known_date) from tickets) as first_ticket_date,
        (select min(known_date) from opportunities) as first_opportunity_date,
        (select min(known_date) from activities) as first_activity_date,
        (select min(known_date) from disputes) as first_dispute_date,
        (select min(known_date) from subscriptions) as first_subscription_date
)

select * from final
