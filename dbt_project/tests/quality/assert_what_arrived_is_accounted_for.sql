-- What arrived is in the ledger or waits with a reason; what the ledger holds is what the balances say; the month
-- rolls forward; every mart states the same open balance. One cent stops the day.
select
    control,
    source_name,
    entity,
    currency,
    difference_amount
from {{ ref('fct_reconciliation') }}
where difference_amount <> 0
