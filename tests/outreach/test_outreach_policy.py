"""The policy file: what is accepted, how a mistake is explained, how it becomes rows."""

from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from outreach.policy import (
    DEFAULT_POLICY_PATH,
    PolicyError,
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


def test_default_policy_is_valid_and_starts_before_the_due_date():
    policy = load_policy()
    assert policy.steps[0].offset_days < 0
    assert {step.channel for step in policy.steps} == {"email", "call", "letter"}
    assert policy.value.capital_rate == Decimal("0.08")


def test_every_template_of_the_default_policy_exists_in_both_languages():
    assert {step.template for step in load_policy().steps} == set(template_names())


def test_unknown_key_is_refused_with_its_place(tmp_path):
    (problem,) = problems(tmp_path, lambda policy: policy["steps"][1].update(tonne="firm"))
    assert problem == (
        "steps[1].tonne: is not a key of the policy; correct its spelling or remove it"
    )


def test_missing_key_is_named(tmp_path):
    (problem,) = problems(tmp_path, lambda policy: policy["holds"].pop("ticket"))
    assert problem.startswith("holds.ticket: is missing; copy it from the default policy")


def test_each_problem_has_its_own_line(tmp_path):
    def change(policy):
        policy["steps"][1]["channel"] = "fax"
        policy["value"]["capital_rate"] = 8

    first, second = problems(tmp_path, change)
    assert first.startswith("steps[1].channel: 'fax' does not fit: input should be 'email'")
    assert second.startswith("value.capital_rate: 8 does not fit: input should be less than")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda p: p["steps"][2].update(template="rude"), "template 'rude' does not exist in"),
        (lambda p: p["steps"][2].update(template="../x"), "'../x' does not fit"),
        (lambda p: p["steps"][2].update(offset_days=1), "is not later than 'first_reminder'"),
        (lambda p: p["steps"][4].update(tone="friendly"), "is softer than 'first_call'"),
        (lambda p: p["steps"][2].update(name="first_reminder"), "two steps have the same name"),
        (lambda p: p["steps"][5].update(needs_approval=False), "set needs_approval: true"),
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
    ],
)
def test_a_policy_that_would_misfire_is_refused(tmp_path, change, expected):
    (problem,) = problems(tmp_path, change)
    assert expected in problem


def test_key_given_twice_is_refused_with_its_line(tmp_path):
    path = tmp_path / "policy.yml"
    path.write_text(DEFAULT_POLICY_PATH.read_text() + "\ncaps:\n  days_between_contacts: 1\n")
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


def test_steps_become_rows_in_order():
    steps = policy_rows(load_policy())["steps"]
    assert [row["step_no"] for row in steps] == [1, 2, 3, 4, 5, 6]
    assert steps[3] == {
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


def test_settings_become_key_and_value_and_lists_one_row_an_element():
    settings = policy_rows(load_policy())["settings"]
    by_key: dict[str, list[str]] = {}
    for row in settings:
        by_key.setdefault(row["key"], []).append(row["value"])
    assert by_key["caps.days_between_contacts"] == ["7"]
    assert by_key["holds.ticket.priorities"] == ["high", "urgent"]
    assert by_key["holds.ticket.escalated"] == ["true"]
    assert by_key["value.loss_rates.d90_plus"] == ["0.5"]
    assert "quiet.dates" not in by_key
