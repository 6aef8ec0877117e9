"""Messages and files to Slack, by a bot or a webhook, one try each.

Belongs here: the request and what its answer means. Does not belong here: what is in the message
(`outreach.digest`), whether it may leave (`outreach.desk`).

Slack keeps no key by which a repeated post is recognised. So the client's own repeats are off, and
what is not known to have failed counts as unknown. A 5xx is unknown: Slack writes of its errors that
some of the operation may have succeeded. 429 is a refusal to begin, and is tried again.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
import socket
import ssl
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.error import URLError

from outreach.delivery.settings import (
    MissingSecretError,
    SlackSettings,
    check_web_address,
    secret,
)
from outreach.delivery.transport import NotReadyError, Outcome
from outreach.desk.outbox import Outgoing

if TYPE_CHECKING:
    from slack_sdk import WebClient
    from slack_sdk.webhook import WebhookClient

# Errors after which the message may be there all the same.
_UNCERTAIN = frozenset({"fatal_error", "internal_error", "request_timeout"})
_LATER = frozenset({"ratelimited", "rate_limited", "service_unavailable", "team_added_to_org"})
_CODE = re.compile(r"[a-z0-9_.-]{1,80}")
# Failures to reach the server at all: no byte of the message has left.
_UNREACHED = (ConnectionRefusedError, socket.gaierror, ssl.SSLCertVerificationError)
# The client would log addresses and answers.
_SILENT = logging.getLogger("outreach.delivery.slack.client")
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False
_SILENT.setLevel(logging.CRITICAL)


class SlackTransport:
    """Slack by a bot's token or a webhook's URL."""

    def __init__(self, settings: SlackSettings):
        self._settings = settings
        self._bot: WebClient | None = None
        self._webhook: WebhookClient | None = None

    def ready(self) -> None:
        """Read the secret and ask Slack whether the token counts; see `Transport`."""
        if self._bot is not None or self._webhook is not None:
            return
        name = self._settings.token_env or self._settings.webhook_env or ""
        try:
            value = secret(name)
            if self._settings.token_env is None:
                check_web_address(value)
        except MissingSecretError as error:
            raise NotReadyError(str(error)) from None
        except ValueError:
            raise NotReadyError(f"environment variable {name} holds no https:// address") from None
        if self._settings.token_env is None:
            self._webhook = self._webhook_client(value)
        else:
            self._bot = self._checked_bot(value)

    def deliver(self, message: Outgoing, now: dt.datetime) -> Outcome:
        """Post one message, and its file after it; see `Transport`."""
        try:
            payload = json.loads(message.content)
            content = {"text": str(payload["text"]), "blocks": payload.get("blocks")}
            attachment = payload.get("attachment")
        except (ValueError, KeyError, TypeError, AttributeError):
            return Outcome("refused", "the message is no JSON with a text")
        try:
            if self._webhook is not None:
                return self._post_by_webhook(content)
            if self._bot is not None and message.target:
                return self._post_by_bot(self._bot, message.target, content, attachment)
        except URLError as error:
            if isinstance(error.reason, _UNREACHED):
                return Outcome("retry", f"Slack was not reached: {type(error.reason).__name__}")
            return Outcome("unknown", f"no answer of Slack: {type(error.reason).__name__}")
        except (OSError, HTTPException, ValueError, LookupError) as error:
            return Outcome("unknown", f"no answer of Slack: {type(error).__name__}")
        return Outcome("retry", "no connection")

    def close(self) -> None:
        """Forget the secret; see `Transport`."""
        self._bot = self._webhook = None

    def _post_by_bot(
        self, bot: WebClient, channel: str, content: dict[str, Any], attachment: Any
    ) -> Outcome:
        from slack_sdk.errors import SlackApiError

        try:
            answer = bot.chat_postMessage(
                channel=channel, unfurl_links=False, unfurl_media=False, **content
            )
        except SlackApiError as error:
            return _failure(error.response)
        reply = "ok"
        if attachment is not None:
            reply = self._attach(bot, answer.get("channel"), answer.get("ts"), attachment)
        return Outcome("sent", reply)

    def _attach(self, bot: WebClient, channel: Any, ts: Any, attachment: Any) -> str:
        """Attach a file to what was posted; the message has left, whatever becomes of the file."""
        from slack_sdk.errors import SlackApiError, SlackRequestError

        try:
            bot.files_upload_v2(
                channel=channel,
                thread_ts=ts,
                filename=str(attachment["name"]),
                title=str(attachment["name"]),
                content=str(attachment["text"]),
            )
        except SlackApiError as error:
            return f"ok, file not attached: {_error_code(error.response)}"
        except (
            SlackRequestError,
            OSError,
            HTTPException,
            ValueError,
            KeyError,
            TypeError,
        ) as error:
            return f"ok, file not attached: {type(error).__name__}"
        return "ok, file attached"

    def _post_by_webhook(self, content: dict[str, Any]) -> Outcome:
        if self._webhook is None:
            return Outcome("retry", "no connection")
        answer = self._webhook.send_dict({k: v for k, v in content.items() if v is not None})
        if answer.status_code == 200 and answer.body.strip() == "ok":
            return Outcome("sent", "ok")
        code = answer.body.strip() if _CODE.fullmatch(answer.body.strip()) else ""
        return _outcome(answer.status_code, code, dict(answer.headers))

    def _checked_bot(self, token: str) -> WebClient:
        from slack_sdk import WebClient
        from slack_sdk.errors import SlackApiError

        bot = WebClient(
            token=token,
            base_url=self._settings.api_url,
            timeout=self._whole_seconds,
            retry_handlers=[],
            logger=_SILENT,
        )
        try:
            bot.auth_test()
        except SlackApiError as error:
            raise NotReadyError(f"Slack: {_error_code(error.response)}") from None
        except (OSError, HTTPException, ValueError, LookupError) as error:
            raise NotReadyError(f"Slack was not reached: {type(error).__name__}") from None
        return bot

    def _webhook_client(self, url: str) -> WebhookClient:
        from slack_sdk.webhook import WebhookClient

        return WebhookClient(url, timeout=self._whole_seconds, retry_handlers=[], logger=_SILENT)

    @property
    def _whole_seconds(self) -> int:
        return max(1, round(self._settings.timeout_seconds))


def _failure(response: Any) -> Outcome:
    return _outcome(response.status_code, _error_code(response), response.headers)


def _outcome(status: int, code: str, headers: Any) -> Outcome:
    reply = f"{status} {code}".strip()
    if status == 429 or code in _LATER:
        return Outcome("retry", reply, _retry_after(headers))
    # An answer that names no error (a page of a proxy, half a body) says nothing of the message.
    if status >= 500 or code in _UNCERTAIN or (status < 400 and not code):
        return Outcome("unknown", reply)
    return Outcome("refused", reply)


def _error_code(response: Any) -> str:
    """Return Slack's name of an error; '' where the answer has none, or one that is no name."""
    data = getattr(response, "data", None)
    code = data.get("error") if isinstance(data, dict) else None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""


def _retry_after(headers: Any) -> dt.timedelta | None:
    """Return how long Slack asks to wait; it gives whole seconds."""
    text = next((str(v) for k, v in dict(headers).items() if k.lower() == "retry-after"), "")
    return dt.timedelta(seconds=int(text)) if re.fullmatch(r"[0-9]{1,9}", text) else None
