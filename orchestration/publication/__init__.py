"""What a publication is made of: its files, what it says of itself, its audit.

Belongs here: the content of one publication's folder and of the guide beside it. Does not belong
here: when one is made, which one readers see (`orchestration.publishing`).
"""
