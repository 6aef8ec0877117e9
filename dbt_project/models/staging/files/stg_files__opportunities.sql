{{ staged_records('files', 'opportunities') }}
