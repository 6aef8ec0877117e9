{{ staged_records('sql', 'fx_rates') }}
