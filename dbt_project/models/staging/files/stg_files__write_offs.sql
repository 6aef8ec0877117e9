{{ staged_records('files', 'write_offs') }}
