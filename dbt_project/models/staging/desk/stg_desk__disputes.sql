{{ staged_records('desk', 'disputes') }}
