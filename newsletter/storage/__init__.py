"""The ledger: issues, their frozen variants, batches and deliveries; every SQL statement about them.

Only this package, `newsletter/database.py`, `newsletter/migrations` and `subscribers/storage` import SQLAlchemy.
"""
