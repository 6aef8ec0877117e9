{{ staged_records('sql', 'payments') }}
