{{ staged_records('files', 'subscription_versions') }}
