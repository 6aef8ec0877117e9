{{ staged_records('files', 'activities') }}
