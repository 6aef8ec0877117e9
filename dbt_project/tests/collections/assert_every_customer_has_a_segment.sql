-- Whoever fits no segment has no steps: nobody would ever write to it.
with customers as (select * from {{ ref('fct_customer_360') }}),

segments as (select * from {{ ref('int_customer_segments') }})

select customers.customer_id
from customers
anti join segments on customers.customer_id = segments.customer_id
