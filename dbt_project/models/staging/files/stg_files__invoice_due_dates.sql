{{ staged_records('files', 'invoice_due_dates') }}
