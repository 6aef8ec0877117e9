{{ staged_records('fec', 'payments') }}
