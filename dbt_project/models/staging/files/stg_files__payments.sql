{{ staged_records('files', 'payments') }}
