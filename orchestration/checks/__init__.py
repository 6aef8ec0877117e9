"""Asset checks that dbt does not make: what arrives (Great Expectations), what is predicted."""
