{{ staged_records('desk', 'activities') }}
