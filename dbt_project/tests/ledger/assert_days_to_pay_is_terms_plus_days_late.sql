select *
from {{ ref('fct_days_to_pay') }}
where abs(weighted_avg_days_to_pay - weighted_avg_terms_days - weighted_avg_days_late) > 0.00001
