{{ staged_records('fec', 'credit_note_allocations') }}
