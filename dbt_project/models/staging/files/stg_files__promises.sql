{{ staged_records('files', 'promises') }}
