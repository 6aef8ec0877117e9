{{ staged_records('files', 'invoices') }}
