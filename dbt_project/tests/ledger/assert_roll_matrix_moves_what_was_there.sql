-- What left a bucket went somewhere: moved amounts add up to the opening one, but for a cent a cell.
select
    as_of_date,
    from_bucket_no
from {{ ref('fct_roll_matrix') }}
group by as_of_date, from_bucket_no
having
    abs(sum(moved_amount_cc) - max(opening_amount_cc)) > 0.01 * count(*)
    or abs(sum(moved_rate) - 1) > 0.00001
