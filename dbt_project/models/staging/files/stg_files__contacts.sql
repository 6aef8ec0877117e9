{{ staged_records('files', 'contacts') }}
