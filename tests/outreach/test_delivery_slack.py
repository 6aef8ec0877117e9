"""Slack: what is known after each way in which it can answer, or not."""

import json
import logging
import socket
import threading

import pytest
from desk_rig import NOW
from mail_rig import free_port
from werkzeug import Request, Response

from outreach.delivery.settings import SlackSettings
from outreach.delivery.slack import SlackTransport
from outreach.delivery.transport import NotReadyError
from outreach.desk.outbox import Outgoing

TOKEN = "xoxb-very-secret"
CONTENT = {"text": "Today", "blocks": [{"type": "divider"}]}


def outgoing(target="U0123", **content):
    return Outgoing(
        message_no=1,
        message_id="<1@encours.invalid>",
        business_date="2026-03-12",
        customer_id="",
        step="digest",
        channel="slack",
        kind="digest",
        recipient=None,
        content=json.dumps({**CONTENT, **content}).encode(),
        target=target,
    )


@pytest.fixture
def bot(httpserver, monkeypatch):
    monkeypatch.setenv("SLACK_TOKEN", TOKEN)
    httpserver.expect_request("/api/auth.test").respond_with_json({"ok": True})
    settings = {"token_env": "SLACK_TOKEN", "channel": "C0001", "timeout_seconds": 1}
    way = SlackTransport(
        SlackSettings.model_validate({**settings, "api_url": httpserver.url_for("/api/")})
    )
    way.ready()
    return way


@pytest.fixture
def webhook(httpserver, monkeypatch):
    monkeypatch.setenv("SLACK_HOOK", httpserver.url_for("/services/T0/B0/very-secret"))
    way = SlackTransport(SlackSettings(webhook_env="SLACK_HOOK", timeout_seconds=1))
    way.ready()
    return way


def posted(httpserver):
    return [request for request, _ in httpserver.log if request.path != "/api/auth.test"]


def test_a_bot_posts_once_to_whom_it_should(bot, httpserver):
    httpserver.expect_request("/api/chat.postMessage").respond_with_json({"ok": True})
    assert bot.deliver(outgoing(), NOW).state == "sent"
    [request] = posted(httpserver)
    body = request.get_json()
    assert (body["channel"], body["text"], body["blocks"]) == ("U0123", "Today", CONTENT["blocks"])
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"


ANSWERS = [
    (Response('{"ok": false, "error": "channel_not_found"}'), "refused", "200 channel_not_found"),
    (Response('{"ok": false, "error": "invalid_blocks"}'), "refused", "200 invalid_blocks"),
    (Response('{"ok": false, "error": "ratelimited"}'), "retry", "200 ratelimited"),
    (Response('{"ok": false, "error": "internal_error"}'), "unknown", "200 internal_error"),
    (Response('{"ok": false, "error": "a@b.example <x>"}'), "unknown", "200"),
    (Response('{"ok": tr'), "unknown", "200"),
    (Response("<html>please log in</html>"), "unknown", "200"),
    (Response("oops", status=500), "unknown", "500"),
    (Response('{"ok": false, "error": "fatal_error"}', status=503), "unknown", "503 fatal_error"),
    (Response("forbidden", status=403), "refused", "403"),
]


@pytest.mark.parametrize(("answer", "state", "reply"), ANSWERS, ids=lambda v: str(v)[:24])
def test_what_is_known_after_each_answer_to_a_bot(bot, httpserver, answer, state, reply, caplog):
    httpserver.expect_request("/api/chat.postMessage").respond_with_response(answer)
    with caplog.at_level(logging.DEBUG):
        outcome = bot.deliver(outgoing(), NOW)
    assert (outcome.state, outcome.reply) == (state, reply)
    # Never a second time by the client's own will.
    assert len(posted(httpserver)) == 1
    assert TOKEN not in caplog.text


@pytest.mark.parametrize(
    ("retry_after", "seconds"), [("30", 30), ("0", 0), ("soon", None), ("9" * 12, None)]
)
def test_a_rate_limit_is_waited_for(bot, httpserver, retry_after, seconds):
    answer = Response("{}", status=429, headers={"Retry-After": retry_after})
    httpserver.expect_request("/api/chat.postMessage").respond_with_response(answer)
    outcome = bot.deliver(outgoing(), NOW)
    waited = outcome.retry_after.total_seconds() if outcome.retry_after is not None else None
    assert (outcome.state, waited) == ("retry", seconds)


@pytest.mark.parametrize("way", ["bot", "webhook"])
def test_an_answer_that_comes_too_late_is_unknown_and_not_asked_for_again(way, httpserver, request):
    released = threading.Event()

    def slow(_: Request) -> Response:
        released.wait(timeout=10)
        return Response('{"ok": true}')

    transport = request.getfixturevalue(way)
    path = "/api/chat.postMessage" if way == "bot" else "/services/T0/B0/very-secret"
    httpserver.expect_request(path).respond_with_handler(slow)
    try:
        assert transport.deliver(outgoing(), NOW).state == "unknown"
    finally:
        released.set()


def test_a_connection_closed_without_an_answer_is_unknown(monkeypatch):
    requests = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        done = threading.Event()

        def serve():
            while not done.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                with connection:
                    requests.append(connection.recv(65536))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        monkeypatch.setenv("SLACK_HOOK", f"http://127.0.0.1:{server.getsockname()[1]}/x")
        way = SlackTransport(SlackSettings(webhook_env="SLACK_HOOK", timeout_seconds=2))
        way.ready()
        outcome = way.deliver(outgoing(), NOW)
        done.set()
        thread.join(timeout=5)
    assert (outcome.state, len(requests)) == ("unknown", 1)


def test_a_server_that_is_not_there_has_taken_nothing(monkeypatch):
    monkeypatch.setenv("SLACK_HOOK", f"http://127.0.0.1:{free_port()}/x")
    way = SlackTransport(SlackSettings(webhook_env="SLACK_HOOK"))
    way.ready()
    assert way.deliver(outgoing(), NOW).state == "retry"


@pytest.mark.parametrize(
    ("answer", "state", "reply"),
    [
        (Response("ok"), "sent", "ok"),
        (Response("no_service", status=404), "refused", "404 no_service"),
        (Response("invalid_payload", status=400), "refused", "400 invalid_payload"),
        (Response("<html>log in</html>"), "unknown", "200"),
        (Response("", status=502), "unknown", "502"),
        (Response("", status=429, headers={"Retry-After": "7"}), "retry", "429"),
    ],
    ids=lambda v: str(v)[:24],
)
def test_what_is_known_after_each_answer_to_a_webhook(webhook, httpserver, answer, state, reply):
    httpserver.expect_request("/services/T0/B0/very-secret").respond_with_response(answer)
    outcome = webhook.deliver(outgoing(attachment={"name": "a.csv", "text": "x"}), NOW)
    assert (outcome.state, outcome.reply) == (state, reply)
    [request] = posted(httpserver)
    assert request.get_json() == CONTENT


def serve_files(httpserver, last):
    httpserver.expect_request("/api/chat.postMessage").respond_with_json(
        {"ok": True, "channel": "C0001", "ts": "17.1"}
    )
    httpserver.expect_request("/api/files.getUploadURLExternal").respond_with_json(
        {"ok": True, "file_id": "F1", "upload_url": httpserver.url_for("/upload")}
    )
    httpserver.expect_request("/upload").respond_with_data("OK")
    httpserver.expect_request("/api/files.completeUploadExternal").respond_with_json(last)


def test_a_bot_attaches_the_list_to_the_digest(bot, httpserver):
    serve_files(httpserver, {"ok": True, "files": [{"id": "F1"}]})
    outcome = bot.deliver(outgoing(attachment={"name": "list.csv", "text": "a;b\n"}), NOW)
    assert (outcome.state, outcome.reply) == ("sent", "ok, file attached")
    by_path = {request.path: request for request in posted(httpserver)}
    assert b"a;b\n" in by_path["/upload"].get_data()
    assert "attachment" not in by_path["/api/chat.postMessage"].get_json()
    last = by_path["/api/files.completeUploadExternal"].get_data(as_text=True)
    assert "17.1" in last and "C0001" in last


def test_a_file_that_cannot_be_attached_leaves_the_message_sent(bot, httpserver):
    serve_files(httpserver, {"ok": False, "error": "missing_scope"})
    outcome = bot.deliver(outgoing(attachment={"name": "list.csv", "text": "a"}), NOW)
    assert (outcome.state, outcome.reply) == ("sent", "ok, file not attached: missing_scope")
    assert [r.path for r in posted(httpserver)].count("/api/chat.postMessage") == 1


def test_a_token_that_does_not_count_claims_nothing(httpserver, monkeypatch):
    monkeypatch.setenv("SLACK_TOKEN", TOKEN)
    httpserver.expect_request("/api/auth.test").respond_with_json(
        {"ok": False, "error": "invalid_auth"}
    )
    settings = {"token_env": "SLACK_TOKEN", "channel": "#c", "api_url": httpserver.url_for("/api/")}
    with pytest.raises(NotReadyError, match=r"^Slack: invalid_auth$"):
        SlackTransport(SlackSettings.model_validate(settings)).ready()


@pytest.mark.parametrize("value", ["", "http://hooks.slack.com/very-secret", "very-secret"])
def test_a_webhook_that_is_missing_or_in_the_clear_claims_nothing(monkeypatch, value):
    monkeypatch.setenv("SLACK_HOOK", value)
    with pytest.raises(NotReadyError, match="SLACK_HOOK") as caught:
        SlackTransport(SlackSettings(webhook_env="SLACK_HOOK")).ready()
    assert "very-secret" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"blocks": []}', b"\xff"])
def test_content_that_is_no_message_is_refused(bot, httpserver, content):
    message = outgoing()
    broken = Outgoing(**{**vars(message), "content": content})
    assert bot.deliver(broken, NOW).state == "refused"
    assert posted(httpserver) == []
