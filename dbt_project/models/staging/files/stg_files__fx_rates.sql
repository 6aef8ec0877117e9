{{ staged_records('files', 'fx_rates') }}
