{{ staged_records('sql', 'contacts') }}
