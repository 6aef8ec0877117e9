{{ staged_records('sql', 'customers') }}
