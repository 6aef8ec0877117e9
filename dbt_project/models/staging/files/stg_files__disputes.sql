{{ staged_records('files', 'disputes') }}
