{{ staged_records('files', 'tickets') }}
