{{ staged_records('sql', 'credit_notes') }}
