-- Opening + movements + FX = closing; nine amounts rounded to the cent may differ by a few of them.
select *
from {{ ref('fct_mrr_movements') }}
where
    abs(
        opening_mrr_reporting + new_mrr_reporting + reactivation_mrr_reporting + expansion_mrr_reporting
        + contraction_mrr_reporting + churn_voluntary_mrr_reporting + churn_involuntary_mrr_reporting
        + fx_mrr_reporting - closing_mrr_reporting
    ) > 0.05
