"""Stripe as a source: customers, subscriptions, invoices and what was paid, refunded, credited, disputed."""

from connectors.stripe.source import NAME, StripeSource, build_source

__all__ = ["NAME", "StripeSource", "build_source"]
