with open_items as (select * from {{ ref('int_open_items') }}),

disputed_amounts as (select * from {{ ref('int_disputed_amounts') }}),

-- A dispute names an invoice; its instalments take it up oldest due first, as settlements do.
items as (
    select
        open_items.as_of_date,
        open_items.invoice_id,
        open_items.instalment_no,
        open_items.open_amount,
        disputed_amounts.disputed_amount,
        sum(open_items.open_amount) over (
            partition by open_items.as_of_date, open_items.invoice_id
            order by open_items.due_date, open_items.instalment_no
        ) as amount_to_here
    from open_items
    inner join disputed_amounts
        on
            open_items.as_of_date = disputed_amounts.as_of_date
            and open_items.invoice_id = disputed_amounts.invoice_id
),

final as (
    select
        as_of_date,
        invoice_id,
        instalment_no,
        cast(
            greatest(least(open_amount, disputed_amount - (amount_to_here - open_amount)), 0) as decimal(18, 2)
        ) as disputed_amount
    from items
)

select * from final
