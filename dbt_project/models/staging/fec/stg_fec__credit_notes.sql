{{ staged_records('fec', 'credit_notes') }}
