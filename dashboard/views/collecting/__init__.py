"""How well do we collect?

Belongs here: one view, from the marts it reads to what it says. Does not belong here: other views.
"""
