{{ staged_records('sql', 'credit_note_allocations') }}
