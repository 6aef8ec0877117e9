"""What each step brings: contacts, answers and cash by step and channel.

Belongs here: `fct_step_effectiveness` in words, names of steps and channels. Does not belong here:
what a reminder causes (no mart measures that yet).
"""

from __future__ import annotations

from dashboard.charts import GREY, NAVY, Series, bars
from dashboard.parts import (
    Block,
    Cell,
    Chart,
    Column,
    Table,
    count_cell,
    money_cell,
    share_cell,
)
from dashboard.views.collecting.facts import CollectingFacts, StepEffect
from dashboard.wording import Wording, words

# Below, one answer more or less moves the share by more than three points.
FEWEST_CONTACTS = 30
_MOST_BARS = 12


def steps_block(facts: CollectingFacts, wording: Wording) -> Block:
    """Say which step and channel is answered most, and how far that can be trusted."""
    heading = wording.say("effect.heading")
    if not facts.steps or facts.today is None:
        return Block(heading, missing=(wording.say("effect.missing"),))
    days = wording.counted("day", facts.today.response_days)
    cautions = [wording.say("effect.observational")]
    few = [step for step in facts.steps if step.sent_count < FEWEST_CONTACTS]
    if few:
        names = ", ".join(_step_on_channel(step, wording) for step in few)
        least = wording.whole_number(FEWEST_CONTACTS)
        cautions.append(wording.say("effect.few", least=least, steps=names))
    return Block(
        heading,
        answers=_answers(facts, wording),
        cautions=tuple(cautions),
        charts=(_chart(facts, days, wording),),
        tables=(_table(facts, days, wording),),
    )


def step_name(wording: Wording, step: str) -> str:
    """Return a policy's step in the reader's words: known ones by name, others as written."""
    if step.isdigit():
        return wording.say("step.numbered", number=step)
    if f"step.{step}" in words(wording.locale):
        return wording.say(f"step.{step}")
    return step.replace("_", " ").strip().capitalize()


def channel_name(wording: Wording, channel: str) -> str:
    """Return a channel in the reader's words; one that a source made up as written."""
    known = f"channel.{channel}"
    return wording.say(known) if known in words(wording.locale) else channel.replace("_", " ")


def _step_on_channel(step: StepEffect, wording: Wording) -> str:
    return f"{step_name(wording, step.step)} ({channel_name(wording, step.channel)})"


def _answers(facts: CollectingFacts, wording: Wording) -> tuple[str, ...]:
    judged = [step for step in facts.steps if step.sent_count >= FEWEST_CONTACTS]
    ranked = sorted(judged, key=lambda step: -(step.response_rate or 0))
    if not ranked:
        return ()
    best, worst = ranked[0], ranked[-1]
    if len(ranked) == 1:
        return (
            wording.say(
                "effect.alone" if len(facts.steps) == 1 else "effect.one",
                sent=wording.counted("contact", best.sent_count),
                best=_step_on_channel(best, wording),
                best_rate=wording.share(best.response_rate),
            ),
        )
    sent = wording.counted("contact", sum(step.sent_count for step in facts.steps))
    return (
        wording.say(
            "effect.best",
            sent=sent,
            best=_step_on_channel(best, wording),
            best_rate=wording.share(best.response_rate),
            worst=_step_on_channel(worst, wording),
            worst_rate=wording.share(worst.response_rate),
        ),
    )


def _chart(facts: CollectingFacts, days: str, wording: Wording) -> Chart:
    most = sorted(facts.steps, key=lambda step: -step.sent_count)[:_MOST_BARS]
    shown = [step for step in facts.steps if step in most]
    names = [_step_on_channel(step, wording) for step in shown]
    texts = [
        wording.say(
            "effect.of",
            rate=wording.share(step.response_rate),
            sent=wording.whole_number(step.sent_count),
        )
        for step in shown
    ]
    series = Series(
        name=wording.say("effect.rate"),
        values=[100 * (step.response_rate or 0) for step in shown],
        texts=texts,
        color=NAVY,
    )
    colors = [NAVY if step.sent_count >= FEWEST_CONTACTS else GREY for step in shown]
    points = ", ".join(f"{name} {text}" for name, text in zip(names, texts, strict=True))
    return Chart(
        element_id="chart-collecting-steps",
        caption=wording.say("effect.chart", days=days),
        description=wording.say("effect.chart_text", points=points),
        figure=bars(names, series, colors, wording.locale),
    )


def _table(facts: CollectingFacts, days: str, wording: Wording) -> Table:
    columns = (
        Column(wording.say("effect.step"), is_figure=False),
        Column(wording.say("effect.channel"), is_figure=False),
        Column(wording.say("effect.sent")),
        Column(wording.say("effect.answered")),
        Column(wording.say("effect.rate")),
        Column(wording.say("effect.cash", days=days)),
    )
    rows = tuple(
        (
            Cell(
                step_name(wording, step.step),
                detail=None
                if step.sent_count >= FEWEST_CONTACTS
                else wording.say("effect.too_few"),
            ),
            Cell(channel_name(wording, step.channel)),
            count_cell(wording, step.sent_count),
            count_cell(wording, step.response_count),
            share_cell(wording, step.response_rate),
            money_cell(wording, step.cash_in_response_days_reporting),
        )
        for step in facts.steps
    )
    return Table(wording.say("effect.table"), columns, rows, note=wording.say("effect.note"))
