"""Who does what when: the stages of a day, announced as they begin and timed as they end.

Belongs here: the names of stages and the listeners that follow them. Does not belong here: what a
stage does (assets), how it is shown (command line).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class StageTimes:
    """Seconds by stage, in the order in which stages first began; repeated stages add up.

    Attributes:
        seconds: Stage name to seconds.
        on_start: Called with a stage's name as it begins.
        on_note: Called with what a stage has to tell while it runs.
        remarks: What a person must know of the run once it is over.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    on_start: Callable[[str], None] = lambda _: None
    on_note: Callable[[str], None] = lambda _: None
    remarks: list[str] = field(default_factory=list)


_listeners: list[StageTimes] = []


@contextmanager
def listening(times: StageTimes) -> Iterator[StageTimes]:
    """Have `times` follow every stage of this process inside the block."""
    _listeners.append(times)
    try:
        yield times
    finally:
        _listeners.remove(times)


def remark(text: str) -> None:
    """Leave a line for the end of the run."""
    for listener in _listeners:
        listener.remarks.append(text)


@contextmanager
def stage(name: str) -> Iterator[Callable[[str], None]]:
    """Announce and time a stage; yields a function that tells listeners how far it is."""
    for listener in _listeners:
        listener.on_start(name)

    def note(text: str) -> None:
        for listener in _listeners:
            listener.on_note(text)

    started = time.perf_counter()
    try:
        yield note
    finally:
        elapsed = time.perf_counter() - started
        for listener in _listeners:
            listener.seconds[name] = listener.seconds.get(name, 0.0) + elapsed
