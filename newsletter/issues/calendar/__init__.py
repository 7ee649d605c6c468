"""Periods, due times, and which issues lie ahead."""
