{{ staged_records('sql', 'subscription_versions') }}
