{{ staged_records('sql', 'invoices') }}
