-- Opening + lines = closing, to the last published place; the line of sales, which carries the rounding, is what
-- its own formula says; and the bridge ends where fct_dso stands.
select bridge.as_of_date
from {{ ref('fct_dso_bridge') }} as bridge
inner join {{ ref('fct_dso') }} as dso on bridge.as_of_date = dso.as_of_date
left join {{ ref('int_dso_bridge') }} as unrounded on bridge.as_of_date = unrounded.as_of_date
where
    bridge.opening_dso_rolling_3m
    + bridge.sales_volume_and_mix_days
    + bridge.terms_days
    + bridge.delinquency_days
    + bridge.disputes_days
    + bridge.unapplied_days
    + bridge.fx_days <> bridge.closing_dso_rolling_3m
    or abs(bridge.sales_volume_and_mix_days - unrounded.sales_days)
    > 0.00001 + 1e-9 * (abs(dso.dso_rolling_3m) + abs(unrounded.opening_dso))
    or abs(bridge.closing_dso_rolling_3m - dso.dso_rolling_3m) > 0.000001 + 1e-9 * abs(dso.dso_rolling_3m)
