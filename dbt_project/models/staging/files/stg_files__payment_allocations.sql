{{ staged_records('files', 'payment_allocations') }}
