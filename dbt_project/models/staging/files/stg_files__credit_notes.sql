{{ staged_records('files', 'credit_notes') }}
