{{ staged_records('sql', 'promises') }}
