{{ staged_records('sql', 'disputes') }}
