"""Who wants the newsletter, and who must never be mailed: addresses, consent, tokens, import, and the readers' pages.

Independent of the rest: what it needs from outside is handed to it.
"""
