{#- The import contract as the models see it. A test holds it against `connectors.contract`. -#}

{#- Entity to its key, the column from which a record counts (`effective_date`), the columns that make
    the fact (`identity`: a change in them is a correction, any other a completion) and its columns. -#}
{% macro contract() -%}
    {{ return({
        'customers': {
            'key': ['customer_id'], 'effective_date': 'created_date',
            'identity': ['customer_id'],
            'columns': {
                'customer_id': 'varchar', 'customer_name': 'varchar', 'country': 'varchar', 'language': 'varchar',
                'billing_currency': 'varchar', 'terms_days': 'integer', 'segment': 'varchar', 'industry': 'varchar',
                'parent_customer_id': 'varchar', 'account_owner': 'varchar', 'credit_limit': 'decimal(18,2)',
                'created_date': 'date', 'email_domain': 'varchar', 'postal_address': 'varchar',
                'insolvency_date': 'date',
            },
        },
        'contacts': {
            'key': ['contact_id'], 'effective_date': 'null',
            'identity': ['contact_id'],
            'columns': {
                'contact_id': 'varchar', 'customer_id': 'varchar', 'contact_name': 'varchar', 'role': 'varchar',
                'email': 'varchar', 'phone': 'varchar', 'language': 'varchar', 'preferred_channel': 'varchar',
                'is_opted_out': 'boolean',
            },
        },
        'invoices': {
            'key': ['invoice_id'], 'effective_date': 'invoice_date',
            'identity': ['invoice_id', 'customer_id', 'invoice_date', 'currency', 'gross_amount'],
            'columns': {
                'invoice_id': 'varchar', 'customer_id': 'varchar', 'invoice_date': 'date', 'currency': 'varchar',
                'gross_amount': 'decimal(18,2)', 'net_amount': 'decimal(18,2)', 'tax_amount': 'decimal(18,2)',
                'void_date': 'date', 'invoice_number': 'varchar', 'subscription_id': 'varchar',
                'purchase_order': 'varchar', 'due_date': 'date', 'delivery_channel': 'varchar',
            },
        },
        'invoice_due_dates': {
            'key': ['invoice_id', 'instalment_no', 'valid_from'], 'effective_date': 'valid_from',
            'identity': ['invoice_id', 'instalment_no', 'due_date', 'amount', 'valid_from'],
            'columns': {
                'invoice_id': 'varchar', 'instalment_no': 'integer', 'due_date': 'date', 'amount': 'decimal(18,2)',
                'valid_from': 'date',
            },
        },
        'payments': {
            'key': ['payment_id'], 'effective_date': 'payment_date',
            'identity': ['payment_id', 'customer_id', 'payment_date', 'currency', 'amount', 'kind'],
            'columns': {
                'payment_id': 'varchar', 'customer_id': 'varchar', 'payment_date': 'date', 'currency': 'varchar',
                'amount': 'decimal(18,2)', 'kind': 'varchar', 'reverses_payment_id': 'varchar', 'method': 'varchar',
            },
        },
        'payment_allocations': {
            'key': ['allocation_id'], 'effective_date': 'allocation_date',
            'identity': ['allocation_id', 'payment_id', 'invoice_id', 'allocation_date', 'amount'],
            'columns': {
                'allocation_id': 'varchar', 'payment_id': 'varchar', 'invoice_id': 'varchar',
                'allocation_date': 'date', 'amount': 'decimal(18,2)',
            },
        },
        'credit_notes': {
            'key': ['credit_note_id'], 'effective_date': 'credit_date',
            'identity': ['credit_note_id', 'customer_id', 'credit_date', 'currency', 'gross_amount'],
            'columns': {
                'credit_note_id': 'varchar', 'customer_id': 'varchar', 'credit_date': 'date', 'currency': 'varchar',
                'gross_amount': 'decimal(18,2)', 'net_amount': 'decimal(18,2)', 'tax_amount': 'decimal(18,2)',
            },
        },
        'credit_note_allocations': {
            'key': ['credit_note_id', 'invoice_id', 'allocation_date'], 'effective_date': 'allocation_date',
            'identity': ['credit_note_id', 'invoice_id', 'allocation_date', 'amount'],
            'columns': {
                'credit_note_id': 'varchar', 'invoice_id': 'varchar', 'allocation_date': 'date',
                'amount': 'decimal(18,2)',
            },
        },
        'write_offs': {
            'key': ['write_off_id'], 'effective_date': 'write_off_date',
            'identity': ['write_off_id', 'invoice_id', 'write_off_date', 'amount', 'kind'],
            'columns': {
                'write_off_id': 'varchar', 'invoice_id': 'varchar', 'write_off_date': 'date',
                'amount': 'decimal(18,2)', 'kind': 'varchar',
            },
        },
        'disputes': {
            'key': ['dispute_id'], 'effective_date': 'raised_date',
            'identity': ['dispute_id', 'invoice_id', 'raised_date'],
            'columns': {
                'dispute_id': 'varchar', 'invoice_id': 'varchar', 'raised_date': 'date', 'logged_date': 'date',
                'resolved_date': 'date', 'amount': 'decimal(18,2)', 'reason': 'varchar', 'outcome': 'varchar',
            },
        },
        'promises': {
            'key': ['promise_id'], 'effective_date': 'made_date',
            'identity': ['promise_id', 'invoice_id', 'made_date', 'promised_date', 'amount'],
            'columns': {
                'promise_id': 'varchar', 'invoice_id': 'varchar', 'made_date': 'date', 'promised_date': 'date',
                'amount': 'decimal(18,2)', 'cancelled_date': 'date',
            },
        },
        'activities': {
            'key': ['activity_id'], 'effective_date': 'activity_date',
            'identity': ['activity_id', 'activity_date', 'kind', 'direction'],
            'columns': {
                'activity_id': 'varchar', 'activity_date': 'date', 'kind': 'varchar', 'direction': 'varchar',
                'customer_id': 'varchar', 'invoice_id': 'varchar', 'channel': 'varchar', 'minutes': 'integer',
                'collector_id': 'varchar', 'step': 'varchar', 'template': 'varchar', 'experiment_arm': 'varchar',
            },
        },
        'subscription_versions': {
            'key': ['subscription_id', 'valid_from'], 'effective_date': 'valid_from',
            'identity': [
                'subscription_id', 'customer_id', 'valid_from',
                'interval_months', 'amount', 'currency', 'status',
            ],
            'columns': {
                'subscription_id': 'varchar', 'customer_id': 'varchar', 'valid_from': 'date', 'valid_to': 'date',
                'interval_months': 'integer', 'amount': 'decimal(18,2)', 'currency': 'varchar', 'status': 'varchar',
                'end_reason': 'varchar',
            },
        },
        'opportunities': {
            'key': ['opportunity_id'], 'effective_date': 'opened_date',
            'identity': ['opportunity_id', 'customer_id', 'kind', 'opened_date'],
            'columns': {
                'opportunity_id': 'varchar', 'customer_id': 'varchar', 'kind': 'varchar', 'stage': 'varchar',
                'amount': 'decimal(18,2)', 'currency': 'varchar', 'opened_date': 'date',
                'expected_close_date': 'date', 'closed_date': 'date', 'is_won': 'boolean',
            },
        },
        'tickets': {
            'key': ['ticket_id'], 'effective_date': 'opened_at',
            'identity': ['ticket_id', 'customer_id', 'opened_at'],
            'columns': {
                'ticket_id': 'varchar', 'customer_id': 'varchar', 'opened_at': 'timestamp', 'closed_at': 'timestamp',
                'priority': 'varchar', 'category': 'varchar', 'is_escalated': 'boolean', 'satisfaction': 'varchar',
            },
        },
        'fx_rates': {
            'key': ['rate_date', 'from_currency', 'to_currency'], 'effective_date': 'rate_date',
            'identity': ['rate_date', 'from_currency', 'to_currency', 'rate'],
            'columns': {
                'rate_date': 'date', 'from_currency': 'varchar', 'to_currency': 'varchar', 'rate': 'decimal(28,15)',
            },
        },
    }) }}
{%- endmacro %}
