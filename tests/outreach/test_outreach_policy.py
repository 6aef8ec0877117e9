"""The policy file: what is accepted, how a mistake is explained, how it becomes rows."""

import datetime as dt
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from outreach.policy import (
    DEFAULT_POLICY_PATH,
    PolicyError,
    holiday_rows,
    load_policy,
    policy_rows,
    template_names,
)


def written(folder: Path, change) -> Path:
    content = yaml.safe_load(DEFAULT_POLICY_PATH.read_text())
    change(content)
    path = folder / "policy.yml"
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    return path


def problems(folder: Path, change) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        load_policy(written(folder, change))
    assert all("\n" not in problem for problem in caught.value.problems)
    return [problem.split("policy.yml: ", 1)[1] for problem in caught.value.problems]


def standard(policy) -> list[dict]:
    return policy["scenarios"]["standard"]["steps"]


def test_default_policy_is_valid_and_starts_before_the_due_date():
    policy = load_policy()
    steps = policy.scenarios["standard"].steps
    assert steps[0].offset_days < 0
    assert {step.channel for step in steps} == {"email", "call", "letter"}
    assert policy.value.capital_rate == Decimal("0.08")


def test_a_key_account_hears_from_its_owner_before_an_email_and_by_phone_before_anything_firm():
    policy = load_policy()
    key_account = policy.segments[0]
    steps = policy.scenarios[key_account.scenario].steps
    channels = [step.channel for step in steps]
    assert key_account.name == "key_account"
    assert channels[0] == "slack_task"
    assert channels.index("call") < [step.tone for step in steps].index("firm")


def test_steps_of_the_default_policy_are_never_closer_than_its_cap():
    policy = load_policy()
    for scenario in policy.scenarios.values():
        offsets = [step.offset_days for step in scenario.steps]
        assert all(after - before >= policy.caps.days for before, after in pairwise(offsets))


def test_every_template_of_the_default_policy_exists_in_both_languages():
    scenarios = load_policy().scenarios.values()
    used = {step.template for scenario in scenarios for step in scenario.steps}
    assert used == set(template_names())


def test_unknown_key_is_refused_with_its_place(tmp_path):
    (problem,) = problems(tmp_path, lambda policy: standard(policy)[1].update(tonne="firm"))
    assert problem == (
        "scenarios.standard.steps[1].tonne: is not a key of the policy; "
        "correct its spelling or remove it"
    )


def test_missing_key_is_named(tmp_path):
    (problem,) = problems(tmp_path, lambda policy: policy["holds"].pop("ticket"))
    assert problem.startswith("holds.ticket: is missing; copy it from the default policy")


def test_each_problem_has_its_own_line(tmp_path):
    def change(policy):
        standard(policy)[1]["channel"] = "fax"
        policy["value"]["capital_rate"] = 8

    first, second = problems(tmp_path, change)
    assert first.startswith(
        "scenarios.standard.steps[1].channel: 'fax' does not fit: input should be 'email'"
    )
    assert second.startswith("value.capital_rate: 8 does not fit: input should be less than")


def test_a_policy_from_before_segments_is_told_how_to_move(tmp_path):
    def change(policy):
        policy["steps"] = policy.pop("scenarios")["standard"]["steps"]
        del policy["segments"]
        policy["caps"] = {"days_between_contacts": 7}

    found = "\n".join(problems(tmp_path, change))
    assert "steps: steps now belong to a scenario: move them under `scenarios:`" in found
    assert "segments: [{name: everyone, scenario: standard, lane: person}]" in found
    assert "caps.days_between_contacts: is now a window: write `contacts: 1`" in found


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda p: standard(p)[2].update(template="rude"), "template 'rude' does not exist in"),
        (lambda p: standard(p)[2].update(template="../x"), "'../x' does not fit"),
        (lambda p: standard(p)[2].update(offset_days=1), "is not later than 'first_reminder'"),
        (lambda p: standard(p)[4].update(tone="friendly"), "is softer than 'first_call'"),
        (lambda p: standard(p)[2].update(name="first_reminder"), "two steps have the same name"),
        (lambda p: standard(p)[5].update(needs_approval=False), "set needs_approval: true"),
        (
            lambda p: standard(p)[1].update(only_if_predicted_late=True),
            "only a step before the due date can wait for a prediction",
        ),
        (
            lambda p: p["quiet"].update(
                weekdays=[
                    "monday",
                    "tuesday",
                    "wednesday",
                    "thursday",
                    "friday",
                    "saturday",
                    "sunday",
                ]
            ),
            "all seven weekdays are quiet",
        ),
        (lambda p: p["quiet"].update(default_country="XX"), "public holidays of 'XX' are not"),
        (
            lambda p: p["experiment"].update(excluded_tones=["firm"]),
            "a legal step is never held out; add final",
        ),
        (lambda p: p["scenarios"].update({"Bad Name": p["scenarios"]["light"]}), "does not fit"),
    ],
)
def test_a_policy_that_would_misfire_is_refused(tmp_path, change, expected):
    (problem,) = problems(tmp_path, change)
    assert expected in problem


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            lambda s: s[-1].update(when={"countries": ["FR"]}),
            "segments: the last one, 'everyone', has conditions, so that a customer could fit none",
        ),
        (
            lambda s: s[0].pop("when"),
            "segments: 'key_account' has no conditions, so that no later one is ever reached",
        ),
        (
            lambda s: s[0].update(scenario="royal"),
            "segments: 'key_account' uses scenario 'royal', which does not exist; use one of",
        ),
        (
            lambda s: s[-1].update(lane="automatic"),
            "segments: 'everyone' is automatic, but step 'first_call' of scenario 'standard' needs",
        ),
        (lambda s: s[1].update(name="key_account"), "segments: two have the name 'key_account'"),
        # Read as no condition, each of these would make everybody a key account.
        (
            lambda s: s[0].update(when={"customer_ids": []}),
            "segments[0].when.customer_ids: is empty and would fit everybody",
        ),
        (
            lambda s: s[0].update(when={"minimum_mrr": None}),
            "segments[0].when.minimum_mrr: is empty and would fit everybody",
        ),
        (
            lambda s: s[0].update(when={"countries": [False]}),
            'segments[0].when.countries[0]: NO without quotes is read as "false"; write "NO"',
        ),
        (
            lambda s: s[0].update(when={"customer_ids": [7]}),
            "segments[0].when.customer_ids[0]: 7 is read as no text; write it in quotes",
        ),
        (
            lambda s: s[0].update(when={"minimum_tenure_days": 9, "maximum_tenure_days": 8}),
            "minimum_tenure_days is above maximum_tenure_days; nobody would fit",
        ),
    ],
)
def test_segments_that_would_misplace_a_customer_are_refused(tmp_path, change, expected):
    (problem,) = problems(tmp_path, lambda policy: change(policy["segments"]))
    assert expected in problem


def test_an_automatic_segment_whose_steps_ask_for_approval_is_refused(tmp_path):
    def change(policy):
        policy["scenarios"]["light"]["steps"][3]["needs_approval"] = True

    (problem,) = problems(tmp_path, change)
    assert "'small' is automatic, but step 'fourth_reminder' of scenario 'light' needs" in problem


def test_key_given_twice_is_refused_with_its_line(tmp_path):
    path = tmp_path / "policy.yml"
    path.write_text(DEFAULT_POLICY_PATH.read_text() + "\ncaps:\n  contacts: 1\n")
    with pytest.raises(PolicyError, match="key 'caps' is given twice; keep one"):
        load_policy(path)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"steps: [", "line 1"),
        (b"- a\n", "not a mapping"),
        (b"\xff\xfe", "not UTF-8 text; save the file as UTF-8"),
        (b"!!python/object/apply:os.system ['true']", "could not determine a constructor"),
    ],
)
def test_unreadable_file_is_explained(tmp_path, content, expected):
    path = tmp_path / "policy.yml"
    path.write_bytes(content)
    with pytest.raises(PolicyError, match=expected):
        load_policy(path)


def test_missing_file_says_how_to_get_one(tmp_path):
    with pytest.raises(PolicyError, match=r"No such file.*encours init"):
        load_policy(tmp_path / "policy.yml")


def test_steps_become_rows_in_order_of_their_scenario():
    rows = policy_rows(load_policy())["steps"]
    steps = [row for row in rows if row["scenario"] == "standard"]
    assert [row["step_no"] for row in steps] == [1, 2, 3, 4, 5, 6]
    assert steps[3] == {
        "scenario": "standard",
        "step_no": 4,
        "step": "first_call",
        "offset_days": 20,
        "channel": "call",
        "template": "call",
        "tone": "neutral",
        "minimum_amount": Decimal(1000),
        "only_if_predicted_late": False,
        "needs_approval": False,
    }


def test_segments_become_rows_in_order_with_null_where_nothing_is_asked():
    rows = policy_rows(load_policy())["segments"]
    assert [row["segment_no"] for row in rows] == list(range(1, len(rows) + 1))
    given = {key: value for key, value in rows[1].items() if value is not None}
    assert given == {
        "segment_no": 2,
        "segment": "small",
        "scenario": "light",
        "lane": "automatic",
        "maximum_open_amount": Decimal(250),
    }


def test_settings_become_key_and_value_and_lists_one_row_an_element():
    settings = policy_rows(load_policy())["settings"]
    by_key: dict[str, list[str]] = {}
    for row in settings:
        by_key.setdefault(row["key"], []).append(row["value"])
    assert by_key["caps.days"] == ["7"]
    assert by_key["holds.ticket.priorities"] == ["high", "urgent"]
    assert by_key["holds.ticket.escalated"] == ["true"]
    assert by_key["value.loss_rates.d90_plus"] == ["0.5"]
    assert by_key["value.effects.contact_cost.call"] == ["12.0"]
    assert "quiet.dates" not in by_key


def test_no_limit_of_messages_gives_no_row(tmp_path):
    path = written(tmp_path, lambda policy: policy["caps"].update(messages_a_day=None))
    assert not [row for row in policy_rows(load_policy(path))["settings"] if "a_day" in row["key"]]


def test_public_holidays_are_those_of_each_country():
    countries = {row["country"] for row in holiday_rows(dt.date(2026, 7, 14))}
    assert "FR" in countries
    assert not countries & {"DE", "GB", "US"}
    assert "US" in {row["country"] for row in holiday_rows(dt.date(2026, 11, 26))}
