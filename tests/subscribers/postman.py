"""The way of a sign-up in these tests: the form, the mail in its mailbox, the link in the mail, the button."""

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta

from subscribers.mailing import Mailroom, Round
from subscribers.mails import Mail, Outcome, Sent
from tests.subscribers.browser import Answer, Browser


@dataclass
class Mailboxes:
    """A courier that puts every mail into its mailbox, and answers what the test wants."""

    mails: list[Mail] = field(default_factory=list)
    answer: Sent = field(default_factory=lambda: Sent(outcome=Outcome.ACCEPTED, message_id="<1@example.org>"))

    def send(self, mail: Mail) -> Sent:
        self.mails.append(mail)
        return self.answer

    def of(self, address: str) -> list[Mail]:
        return [mail for mail in self.mails if mail.to == address]


@dataclass
class Postman:
    """Signs people up, and brings their mail."""

    browser: Browser
    mailroom: Mailroom
    mailboxes: Mailboxes

    def form(self, path: str = "/", *, wait_s: float = 5) -> dict[str, str | list[str]]:
        """Open the form at *path*, read it for a while, and return its hidden fields."""
        page = self.browser.get(path)
        self.wait(wait_s)
        return hidden_fields(page.text)

    def with_limits(self, **limits: int) -> "Postman":
        """Return a postman who is told of other limits."""
        return replace(self, mailroom=replace(self.mailroom, limits=replace(self.mailroom.limits, **limits)))

    def wait(self, seconds: float) -> None:
        self.browser.clock.now += timedelta(seconds=seconds)

    def sign_up(self, email: str, **fields: str | list[str]) -> Answer:
        """Fill in the sign-up form as a person does, and send it."""
        return self.browser.press("/subscribe", self.form() | {"email": email, "consent": "1", **fields})

    def deliver(self) -> Round:
        """Bring everything that is due."""
        return self.mailroom.work_off()

    def link(self, address: str, name: str = "confirm") -> str:
        """Return a link of the newest mail to *address*."""
        return self.mailboxes.of(address)[-1].links[name]

    def press(self, path: str, **fields: str) -> Answer:
        """Open the page at *path*, read it, and press its button."""
        return self.browser.press(path, {**self.form(path), **fields})

    def subscribe(self, email: str, **fields: str | list[str]) -> Answer:
        """Sign up and confirm."""
        self.sign_up(email, **fields)
        self.deliver()
        return self.press(self.link(email))


def hidden_fields(html: str) -> dict[str, str | list[str]]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', html))
