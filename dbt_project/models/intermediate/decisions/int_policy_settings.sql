with settings as (select * from {{ source('raw_policy', 'settings') }}),

final as (
    select
        {{ as_of_date() }} as as_of_date,
        {%- for key, type, name in [
            ('caps.days_between_contacts', 'integer', 'days_between_contacts'),
            ('fallback_templates.email', 'varchar', 'fallback_email_template'),
            ('fallback_templates.call', 'varchar', 'fallback_call_template'),
            ('holds.dispute.scope', 'varchar', 'dispute_scope'),
            ('holds.promise.days_after', 'integer', 'promise_days_after'),
            ('holds.ticket.escalated', 'boolean', 'is_held_by_escalated_ticket'),
            ('holds.ticket.maximum_days', 'integer', 'ticket_maximum_days'),
            ('holds.opportunity.window_days', 'integer', 'opportunity_window_days'),
            ('holds.unapplied_cash.covered_share', 'decimal(9, 6)', 'unapplied_covered_rate'),
            ('early_warning.horizon_days', 'integer', 'early_warning_horizon_days'),
            ('early_warning.minimum_days_late', 'integer', 'early_warning_minimum_days_late'),
            ('value.capital_rate', 'decimal(9, 6)', 'capital_rate'),
            ('value.beyond_horizon_days', 'integer', 'beyond_horizon_days'),
            ('value.loss_rates.not_due', 'decimal(9, 6)', 'not_due_loss_rate'),
            ('value.loss_rates.d1_30', 'decimal(9, 6)', 'd1_30_loss_rate'),
            ('value.loss_rates.d31_60', 'decimal(9, 6)', 'd31_60_loss_rate'),
            ('value.loss_rates.d61_90', 'decimal(9, 6)', 'd61_90_loss_rate'),
            ('value.loss_rates.d90_plus', 'decimal(9, 6)', 'd90_plus_loss_rate'),
            ('value.gross_margin', 'decimal(9, 6)', 'gross_margin_rate'),
            ('value.ltv_horizon_months', 'integer', 'ltv_horizon_months'),
            ('value.churn_alert_probability', 'decimal(9, 6)', 'churn_alert_rate'),
        ] %}
        cast(max(settings.value) filter (where settings.key = '{{ key }}') as {{ type }}) as {{ name }},
        {%- endfor %}
        -- Nothing leaves on a quiet weekday or date.
        coalesce(
            bool_or(
                (settings.key = 'quiet.weekdays' and settings.value = lower(dayname({{ as_of_date() }})))
                or (settings.key = 'quiet.dates' and settings.value = cast({{ as_of_date() }} as varchar))
            ),
            false
        ) as is_quiet_day
    from settings
)

select * from final
