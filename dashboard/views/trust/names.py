"""What codes of the publication are called: entities, sources' objects, models.

Belongs here: a code to its words. Does not belong here: sentences (`section.py` and the blocks).
"""

from __future__ import annotations

from dashboard.wording import Wording, words


def entity_name(wording: Wording, entity: str) -> str:
    """Return what an entity is called; a vendor's object keeps its own name."""
    return _named(wording, "trust_entity", entity)


def model_name(wording: Wording, model: str) -> str:
    """Return what a model is called."""
    return _named(wording, "trust_model", model)


def mart_name(wording: Wording, mart: str) -> str:
    """Return what a mart that states the open balance is called, with its own name."""
    return f"{_named(wording, 'trust_mart', mart)} ({mart})"


def is_named(wording: Wording, group: str, code: str) -> bool:
    """Return whether a code has words of its own."""
    return f"{group}.{code}" in words(wording.locale)


def inside_a_sentence(name: str) -> str:
    """Return a name as it stands after the first word of a sentence."""
    return name[:1].lower() + name[1:]


def _named(wording: Wording, group: str, code: str) -> str:
    if is_named(wording, group, code):
        return wording.say(f"{group}.{code}")
    return code.replace("_", " ")
