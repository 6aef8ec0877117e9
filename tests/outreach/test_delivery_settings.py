"""The configuration of delivery: off by default, explained where wrong, silent about secrets."""

import pytest
from desk_rig import SLACK, SMTP, live
from pydantic import ValidationError

from outreach.delivery.settings import DeliverySettings, MissingSecretError, secret


def test_nothing_leaves_by_default_and_nobody_is_allowed():
    settings = DeliverySettings()
    assert (settings.mode, settings.allows("a@b.example")) == ("dry_run", False)


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"smtp": None, "slack": None}, r"needs \[delivery.smtp\]"),
        ({"smtp": {**SMTP, "host": "mail.example"}}, "in the clear; use 'starttls' or 'tls'"),
        ({"smtp": {**SMTP, "sender": "Zoé <z@us.example>"}}, "plain mail address"),
        ({"smtp": {**SMTP, "sender": "z@us.example\r\nBcc: x@y.example"}}, "plain mail address"),
        ({"smtp": {**SMTP, "sender_name": "=?utf-8?q?x?="}}, "plain text"),
        ({"smtp": {**SMTP, "username_env": "U"}}, "both username_env and password_env"),
        ({"smtp": {**SMTP, "password": "secret"}}, "Extra inputs"),
        ({"slack": {"channel": "#c"}}, "either webhook_env or token_env"),
        ({"slack": {**SLACK, "webhook_env": "W"}}, "either webhook_env or token_env"),
        ({"slack": {"token_env": "T"}}, "a channel goes with token_env"),
        ({"slack": {**SLACK, "channel": "collections"}}, "no Slack id or #channel"),
        ({"slack": {**SLACK, "owners": {"A": "alice"}}}, "no Slack id or #channel"),
        ({"slack": {**SLACK, "api_url": "http://slack.example/"}}, "https://"),
        ({"slack": {**SLACK, "token_env": "xoxb-1-secret"}}, "pattern"),
        ({"mode": "loud"}, "'dry_run' or 'live'"),
        ({"daily_cap": -1}, "greater than or equal to 0"),
    ],
)
def test_a_wrong_value_is_explained(changes, match):
    with pytest.raises(ValidationError, match=match):
        live(**changes)


def test_a_secret_put_where_its_name_belongs_is_not_repeated():
    with pytest.raises(ValidationError) as caught:
        live(slack={**SLACK, "token_env": "xoxb-1-secret"})
    assert "xoxb-1-secret" not in str(caught.value)


def test_a_secret_is_read_when_it_is_needed_and_is_no_part_of_the_settings(monkeypatch):
    settings = live()
    monkeypatch.setenv("ENCOURS_TEST_SLACK", "xoxb-1-secret")
    assert secret(settings.slack.token_env) == "xoxb-1-secret"
    assert "xoxb-1-secret" not in repr(settings) + settings.model_dump_json()
    monkeypatch.delenv("ENCOURS_TEST_SLACK")
    with pytest.raises(MissingSecretError, match="ENCOURS_TEST_SLACK is not set"):
        secret("ENCOURS_TEST_SLACK")


@pytest.mark.parametrize(
    ("channel", "recipient", "target"),
    [
        ("email", "a@b.example", "a@b.example"),
        ("slack_task", "Alice Martin", "U0123"),
        ("slack_task", "Nobody", "#collections"),
        ("slack", None, "#collections"),
        ("letter", "a@b.example", None),
    ],
)
def test_where_a_message_goes(channel, recipient, target):
    assert live().target(channel, recipient) == target


def test_a_webhook_has_one_channel_and_a_missing_way_has_none():
    assert live(slack={"webhook_env": "W"}).target("slack_task", "Alice Martin") == "webhook"
    assert live(slack=None).target("slack", None) is None
    assert live(smtp=None).target("email", "a@b.example") is None
