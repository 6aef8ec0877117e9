"""The views of the cockpit, a package each: `facts`, `reading`, `section` and their words.

Belongs here: one question a package, answered in words first. Does not belong here: the page around
them (`dashboard.page`), what several views share (`parts`, `charts`, `wording`).
"""
