{{ staged_records('sql', 'payment_allocations') }}
