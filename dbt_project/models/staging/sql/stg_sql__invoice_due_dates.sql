{{ staged_records('sql', 'invoice_due_dates') }}
