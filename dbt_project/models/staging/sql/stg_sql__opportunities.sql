{{ staged_records('sql', 'opportunities') }}
