{{ staged_records('fec', 'invoice_due_dates') }}
