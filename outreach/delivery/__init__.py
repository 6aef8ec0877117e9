"""From the outbox to the world: mail and Slack, dry run by default.

Belongs here: settings, transports, the loop that claims and sends. Does not belong here: what may
leave (`outreach.desk`), words (`outreach`).
"""
