"""A stand-in for the e-mail services: a real HTTP server on loopback that behaves as their documentation says.

`running(MailgunApi())` runs it in this process and hands over its `Account`: what came in, what was accepted for whom,
and what is to be done with the next requests. `remote.started("mailgun")` runs it in a process of its own, which
outlives a sender that is killed and shares no interpreter lock with it; it takes the same orders over HTTP. A further
service is one file in `services/`.
"""
