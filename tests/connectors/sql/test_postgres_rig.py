"""Tests that need a server say so: they skip with a reason, and fail where one is promised."""

import pytest

from tests import postgres_rig


def test_tests_skip_with_a_reason_where_no_server_is_installed(monkeypatch):
    monkeypatch.setattr(postgres_rig, "server_programs", lambda: None)
    monkeypatch.delenv(postgres_rig.REQUIRED, raising=False)
    with pytest.raises(pytest.skip.Exception, match="no PostgreSQL server program: install"):
        postgres_rig.require_server()


def test_tests_fail_where_a_server_is_promised_and_missing(monkeypatch):
    monkeypatch.setattr(postgres_rig, "server_programs", lambda: None)
    monkeypatch.setenv(postgres_rig.REQUIRED, "1")
    with pytest.raises(pytest.fail.Exception, match="no PostgreSQL server program: install"):
        postgres_rig.require_server()
