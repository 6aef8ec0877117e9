"""The inbox: what people and mail give back, read once and entered at the desk.

Belongs here: files, their forms, their meaning, their errors in words. Does not belong here: entries
themselves (`outreach.desk`), when to look (a sensor, `encours desk inbox`).
"""
