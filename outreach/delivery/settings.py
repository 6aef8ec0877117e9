"""The configuration of delivery, `[delivery]`: dry run until it says otherwise.

Belongs here: its shape, its checks, whom it allows, where secrets are read. Does not belong here:
using them (`smtp`, `slack`).

Secrets are named here and live in environment variables: no value of theirs is ever part of the
settings, so none can be printed with them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from decimal import Decimal
from fnmatch import fnmatchcase
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from outreach.safe_text import UnsafeHeaderError, header_text, mail_address

EnvName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,79}$")]
Seconds = Annotated[float, Field(gt=0, le=600)]
SLACK_API = "https://slack.com/api/"
# What a webhook's one channel is called on the allow-list.
WEBHOOK_TARGET = "webhook"
_SLACK_TARGET = re.compile(r"#[^\s#]{1,80}|[CDGUW][A-Z0-9]{2,30}")


class MissingSecretError(Exception):
    """A secret that no environment variable holds; the message names the variable."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class SmtpSettings(_Table):
    """`[delivery.smtp]`: the mail server.

    Attributes:
        host: its name, as in its certificate.
        port: 465 for `tls`, 587 for `starttls`.
        security: `tls` from the first byte, `starttls`, or `plain` to this machine only.
        username_env: environment variable of the user name; absent, no login.
        password_env: environment variable of the password.
        sender: the address that writes.
        sender_name: the name beside it.
        ca_file: certificates of a private authority, beside the system's.
        timeout_seconds: longest wait for one answer.
    """

    host: Annotated[str, Field(min_length=1, max_length=253)]
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["tls", "starttls", "plain"] = "starttls"
    username_env: EnvName | None = None
    password_env: EnvName | None = None
    sender: str
    sender_name: str = ""
    ca_file: Path | None = None
    timeout_seconds: Seconds = 60.0

    @field_validator("sender")
    @classmethod
    def _check_sender(cls, address: str) -> str:
        try:
            return mail_address(address)
        except UnsafeHeaderError:
            raise ValueError("not one plain mail address such as billing@example.com") from None

    @field_validator("sender_name")
    @classmethod
    def _check_name(cls, name: str) -> str:
        try:
            return header_text(name)
        except UnsafeHeaderError:
            raise ValueError("a name of plain text on one line") from None

    @model_validator(mode="after")
    def _check_security(self) -> Self:
        if (self.username_env is None) != (self.password_env is None):
            raise ValueError("name both username_env and password_env, or neither")
        if self.security == "plain" and not is_loopback(self.host):
            raise ValueError(
                "security 'plain' sends passwords and balances in the clear; use 'starttls' or 'tls'"
            )
        return self


class SlackSettings(_Table):
    """`[delivery.slack]`: a webhook, or a bot with a channel.

    Attributes:
        webhook_env: environment variable of the webhook's URL.
        token_env: environment variable of the bot's token.
        channel: the bot's channel, `#name` or an id; an id is needed to attach files.
        owners: account owner's name to Slack user id: the bot writes tasks and alerts to them
            directly; a webhook writes everything to its one channel.
        api_url: Slack's API; another one for tests.
        timeout_seconds: longest wait for one answer.
    """

    webhook_env: EnvName | None = None
    token_env: EnvName | None = None
    channel: str | None = None
    owners: Mapping[str, str] = Field(default_factory=dict)
    api_url: str = SLACK_API
    timeout_seconds: Seconds = 30.0

    @model_validator(mode="after")
    def _check_way(self) -> Self:
        if (self.webhook_env is None) == (self.token_env is None):
            raise ValueError("name either webhook_env or token_env (with channel)")
        if (self.token_env is None) != (self.channel is None):
            raise ValueError("a channel goes with token_env; a webhook has its own")
        for target in (*([self.channel] if self.channel else []), *self.owners.values()):
            if not _SLACK_TARGET.fullmatch(target):
                raise ValueError(f"'{target}' is no Slack id or #channel such as U0123ABCD")
        check_web_address(self.api_url)
        return self


class DeliverySettings(_Table):
    """`[delivery]`: whether, to whom and how much may leave.

    Attributes:
        mode: `dry_run` says what would leave; `live` sends.
        allow: patterns of mail addresses (`*@example.com`), Slack ids, `#channel`, `webhook`;
            nobody else is written to, and an empty list is nobody.
        daily_cap: most reminders and tasks a day; digest and alerts are not counted.
        maximum_fact_age_hours: facts older than this send nothing.
        unusual_batch_factor: a batch above this times the median batch waits for a person.
        usual_batch_size: a batch of at most this size never waits, whatever the median; also the
            limit as long as nothing was ever sent.
        maximum_attempts: tries of a message that failed for sure, before it is given up.
    """

    mode: Literal["dry_run", "live"] = "dry_run"
    allow: tuple[Annotated[str, Field(min_length=1, max_length=320)], ...] = ()
    daily_cap: Annotated[int, Field(ge=0, le=100_000)] = 200
    maximum_fact_age_hours: Annotated[int, Field(ge=1, le=168)] = 24
    unusual_batch_factor: Annotated[Decimal, Field(ge=1, le=100)] = Decimal(3)
    usual_batch_size: Annotated[int, Field(ge=0, le=1000)] = 10
    maximum_attempts: Annotated[int, Field(ge=1, le=50)] = 5
    smtp: SmtpSettings | None = None
    slack: SlackSettings | None = None

    @model_validator(mode="after")
    def _check_way_out(self) -> Self:
        if self.mode == "live" and self.smtp is None and self.slack is None:
            raise ValueError("mode 'live' needs [delivery.smtp] or [delivery.slack]")
        return self

    def target(self, channel: str, recipient: str | None) -> str | None:
        """Return where a message would go, as the allow-list names it; None for nowhere."""
        if channel == "email":
            return recipient if self.smtp is not None else None
        if channel not in ("slack", "slack_task") or self.slack is None:
            return None
        if self.slack.webhook_env is not None:
            return WEBHOOK_TARGET
        return self.slack.owners.get(recipient or "", self.slack.channel)

    def allows(self, target: str) -> bool:
        """Return whether the allow-list has a target; upper and lower case are the same."""
        return any(fnmatchcase(target.lower(), pattern.lower()) for pattern in self.allow)


def secret(name: str) -> str:
    """Return the secret of an environment variable.

    Raises:
        MissingSecretError: it is unset or empty.
    """
    value = os.environ.get(name, "")
    if not value:
        raise MissingSecretError(f"environment variable {name} is not set; set it and send again")
    return value


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def check_web_address(url: str) -> None:
    """Check that a web address is encrypted, or this machine.

    Raises:
        ValueError: it is neither.
    """
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    is_local = parts.scheme == "http" and is_loopback(parts.hostname or "")
    if not parts.hostname or (parts.scheme != "https" and not is_local):
        raise ValueError("a Slack address must begin with https://")
