{{ staged_records('sql', 'tickets') }}
