{{ staged_records('fec', 'write_offs') }}
