"""Identity resolution: one customer across systems, with method and confidence on every link."""

from connectors.identity.overrides import export_doubtful
from connectors.identity.resolution import resolve
from connectors.identity.settings import IdentitySettings, PartySource, Resolution
from connectors.identity.tables import prepare_identity

__all__ = [
    "IdentitySettings",
    "PartySource",
    "Resolution",
    "export_doubtful",
    "prepare_identity",
    "resolve",
]
