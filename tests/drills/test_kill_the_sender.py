"""The short form of the drill: a sender killed in the midst of its work."""

from kill_the_sender import drill


def test_a_killed_sender_sends_nothing_twice_and_loses_nothing(tmp_path):
    result = drill(tmp_path / "desk.sqlite", messages=48, kills=2, seed=5)
    assert result.faults == []
    assert sum(result.states.values()) == 48
    assert result.kills > 0
    # A kill leaves at most one message in doubt.
    assert result.states.get("unknown", 0) <= result.kills
    assert result.states["refused"] == 1
