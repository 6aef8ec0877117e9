{{ staged_records('sql', 'activities') }}
