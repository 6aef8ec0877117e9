with settings as (select * from {{ source('raw_policy', 'settings') }}),

final as (
    select
        {{ as_of_date() }} as as_of_date,
        {%- for key, type, name in [
            ('caps.contacts', 'integer', 'contacts_maximum'),
            ('caps.days', 'integer', 'contacts_window_days'),
            ('caps.messages_a_day', 'integer', 'messages_a_day'),
            ('fallback_templates.email', 'varchar', 'fallback_email_template'),
            ('fallback_templates.call', 'varchar', 'fallback_call_template'),
            ('holds.dispute.scope', 'varchar', 'dispute_scope'),
            ('holds.promise.days_after', 'integer', 'promise_days_after'),
            ('holds.ticket.escalated', 'boolean', 'is_held_by_escalated_ticket'),
            ('holds.ticket.maximum_days', 'integer', 'ticket_maximum_days'),
            ('holds.opportunity.window_days', 'integer', 'opportunity_window_days'),
            ('holds.unapplied_cash.covered_share', 'decimal(9, 6)', 'unapplied_covered_rate'),
            ('holds.stale_data.maximum_days', 'integer', 'stale_data_maximum_days'),
            ('quiet.public_holidays', 'boolean', 'has_quiet_public_holidays'),
            ('quiet.default_country', 'varchar', 'default_country'),
            ('experiment.name', 'varchar', 'experiment_name'),
            ('experiment.holdout_share', 'decimal(9, 6)', 'holdout_rate'),
            ('experiment.maximum_amount', 'decimal(18, 2)', 'holdout_maximum_amount'),
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
            ('value.effects.days_gained.email', 'decimal(9, 2)', 'email_days_gained'),
            ('value.effects.days_gained.call', 'decimal(9, 2)', 'call_days_gained'),
            ('value.effects.days_gained.letter', 'decimal(9, 2)', 'letter_days_gained'),
            ('value.effects.days_gained.slack_task', 'decimal(9, 2)', 'slack_task_days_gained'),
            ('value.effects.loss_avoided_share', 'decimal(9, 6)', 'loss_avoided_rate'),
            ('value.effects.added_churn_probability.friendly', 'decimal(9, 6)', 'friendly_added_churn_rate'),
            ('value.effects.added_churn_probability.neutral', 'decimal(9, 6)', 'neutral_added_churn_rate'),
            ('value.effects.added_churn_probability.firm', 'decimal(9, 6)', 'firm_added_churn_rate'),
            ('value.effects.added_churn_probability.final', 'decimal(9, 6)', 'final_added_churn_rate'),
            ('value.effects.contact_cost.email', 'decimal(18, 2)', 'email_contact_cost_amount'),
            ('value.effects.contact_cost.call', 'decimal(18, 2)', 'call_contact_cost_amount'),
            ('value.effects.contact_cost.letter', 'decimal(18, 2)', 'letter_contact_cost_amount'),
            ('value.effects.contact_cost.slack_task', 'decimal(18, 2)', 'slack_task_contact_cost_amount'),
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
