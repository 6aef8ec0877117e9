{{ staged_records('files', 'credit_note_allocations') }}
