"""How quickly an issue is frozen and handed to a provider, and where a batch's time goes.

    python -m benchmarks.delivery [--readers N] [--provider NAME] [--latency MS] [--connections N]

The provider is the stand-in of the tests, in a process of its own; the sender is one, too, whose memory is measured.
Beside the send loop stands the bare loop, in the same run and over as many connections: read a batch's readers, build
and encode the same request, POST it, one statement and one commit a batch. To reach, on SQLite: a million readers
frozen in 15 s, no write transaction over 100 ms; 40,000 readers/s with Mailgun and SendGrid and 70 % of the bare loop;
with 200 ms latency 90 % of connections × batch / latency until the processor is full; 150 MB whatever the number of
readers.
"""
