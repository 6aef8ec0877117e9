{{ staged_records('desk', 'promises') }}
