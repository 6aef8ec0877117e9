{{ staged_records('sql', 'write_offs') }}
