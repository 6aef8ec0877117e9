"""Superset's settings: on this machine only, no telemetry, nothing cached, nothing but ours.

Belongs here: the names Superset looks for. Does not belong here: roles and dashboards
(`provision.py`). Superset reads this file while it is imported, so the home folder comes from the
environment, which `__main__.py` sets; there is no other way to tell it.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

from dashboard.superset.formats import currencies, number_format, time_format
from dashboard.superset.home import ENVIRONMENT, secret_key

_FOLDER = Path(os.environ[ENVIRONMENT])
_LANGUAGE = os.environ.get(f"{ENVIRONMENT}_LANGUAGE", "en")
_CURRENCY = os.environ.get(f"{ENVIRONMENT}_CURRENCY", "EUR")

SECRET_KEY = secret_key(_FOLDER)
DATA_DIR = str(_FOLDER)
SQLALCHEMY_DATABASE_URI = f"sqlite:///{_FOLDER / 'metadata.sqlite'}?check_same_thread=false"
APP_NAME = "Encours"
LOGO_TARGET_PATH = "/dashboard/list/"

# The company's language first; the other stays one click away.
LANGUAGES = {
    code: {"flag": flag, "name": name}
    for code, flag, name in sorted(
        (("en", "gb", "English"), ("fr", "fr", "Français")), key=lambda item: item[0] != _LANGUAGE
    )
}
BABEL_DEFAULT_LOCALE = _LANGUAGE
D3_FORMAT = number_format(_LANGUAGE)
D3_TIME_FORMAT = time_format(_LANGUAGE)
CURRENCIES = currencies(_CURRENCY)

# A publication may be swapped at any moment: what is shown is asked for each time.
CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
CELERY_CONFIG = None
LOG_LEVEL = logging.WARNING

FEATURE_FLAGS = {
    # Trends end on the day chosen in the filter: their SQL asks which day that is.
    "ENABLE_TEMPLATE_PROCESSING": True,
    "ALLOW_FULL_CSV_EXPORT": True,
    "DRILL_BY": False,
    "DRILL_TO_DETAIL": False,
    "EMBEDDABLE_CHARTS": False,
    "SLACK_ENABLE_AVATARS": False,
}
PREVENT_UNSAFE_DB_CONNECTIONS = True
FAB_API_SWAGGER_UI = False
ENABLE_CORS = False
RATELIMIT_ENABLED = True
RATELIMIT_STORAGE_URI = "memory://"
RATELIMIT_APPLICATION = "500 per second"
AUTH_RATE_LIMITED = True
AUTH_RATE_LIMIT = "20 per minute"
SESSION_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_HTTPONLY = True
PERMANENT_SESSION_LIFETIME = 12 * 3600

# No map tiles, fonts, pixels or avatars from anywhere: the browser refuses what is not from here.
TALISMAN_ENABLED = True
TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "font-src": ["'self'"],
        "script-src": ["'self'", "'strict-dynamic'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,
    "session_cookie_secure": False,
}


def DB_CONNECTION_MUTATOR(  # noqa: N802 - Superset's name
    uri: Any, parameters: dict[str, Any], *_: Any
) -> tuple[Any, dict[str, Any]]:
    """Open the publication the pointer names now.

    DuckDB shares an open file by its path: under the pointer's own path a query that begins while
    another still reads would be given the day before.
    """
    if uri.drivername == "duckdb" and uri.database:
        uri = uri.set(database=str(Path(uri.database).resolve()))
    return uri, parameters


# The colours of the cockpit; ages run from calm to alarming.
EXTRA_CATEGORICAL_COLOR_SCHEMES = [
    {
        "id": "encours",
        "description": "",
        "label": "Encours",
        "isDefault": True,
        "colors": ["#1f3a5f", "#0b7a75", "#a85d00", "#a4262c", "#5b6770", "#6b8cae", "#7fb8b4"],
    },
    {
        "id": "encours_ages",
        "description": "",
        "label": "Encours: ages",
        "isDefault": False,
        "colors": ["#8fa9c4", "#e3c16f", "#d68a2d", "#bf4b26", "#7a1020"],
    },
    {
        "id": "encours_moves",
        "description": "",
        "label": "Encours: gains and losses",
        "isDefault": False,
        "colors": ["#0b7a75", "#7fb8b4", "#1f3a5f", "#d68a2d", "#a4262c", "#7a1020", "#8a949c"],
    },
]
EXTRA_SEQUENTIAL_COLOR_SCHEMES = [
    {
        "id": "encours_blue",
        "description": "",
        "label": "Encours",
        "isDiverging": False,
        "isDefault": True,
        "colors": ["#f4f7fa", "#c9d7e5", "#8fa9c4", "#4f7299", "#1f3a5f"],
    }
]
