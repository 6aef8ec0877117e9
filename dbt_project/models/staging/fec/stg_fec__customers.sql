{{ staged_records('fec', 'customers') }}
