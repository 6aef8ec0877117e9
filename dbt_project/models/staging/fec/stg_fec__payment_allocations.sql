{{ staged_records('fec', 'payment_allocations') }}
