-- What was lost on the way >= what is missing at the end >= what is missing after gains:
-- 0 <= GRR by movements <= GRR by snapshots <= 1 and NRR. They are null together.
select *
from {{ ref('fct_retention') }}
where
    not (
        grr_12m_movement >= 0
        and grr_12m_movement <= grr_12m_snapshot
        and grr_12m_snapshot <= least(1, nrr_12m)
    )
    or (nrr_12m is null) <> (grr_12m_snapshot is null)
    or (nrr_12m is null) <> (grr_12m_movement is null)
