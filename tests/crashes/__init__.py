"""Killing senders: `sender` is a process that forks one for each order, `killing` a service that kills them."""
