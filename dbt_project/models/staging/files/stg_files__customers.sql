{{ staged_records('files', 'customers') }}
