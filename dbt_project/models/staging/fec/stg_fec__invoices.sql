{{ staged_records('fec', 'invoices') }}
