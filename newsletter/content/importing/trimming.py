"""What of a page's blocks is the text: menus above, cards, calls and footers below go, and what went is listed."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.content.importing.blocks import Block, Form, LeftOut
from newsletter.content.importing.furniture import Furniture, furniture, is_category, is_read_more
from newsletter.content.importing.wording import is_lone_date, is_prose, same

#: What ends a text: nothing of the page follows.
_ENDS = frozenset({Furniture.RELATED, Furniture.LEGAL, Furniture.COMMENTS, Furniture.FEEDBACK})
#: What ends it for good, but for text as long as what came before.
_FOOTERS = frozenset({Furniture.LEGAL, Furniture.FEEDBACK})
#: Goes wherever it stands; the rest only where no text follows, or none came before.
_ANYWHERE = frozenset({Furniture.SHARE, Furniture.COOKIES, Furniture.SIGN_UP})
#: Of the text: what follows a card or *Related news* is left out when it is at most this much.
_TAIL = 0.5
#: In characters: a paragraph that is no teaser.
_LONG = 350
#: Addresses of documents, and words of links to where one registers.
_DOCUMENT = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|od[tsp]|zip|csv)(?:[?#]|$)", re.IGNORECASE)
_REGISTER = re.compile(r"register|sign up|anmeld|inscri|iscri|aanmeld|inschrijv|rejestr", re.IGNORECASE)
#: Where letters go to: a box, a town with its postcode.
_POSTAL = re.compile(
    r"\b(?:p\.? ?o\.? box|postfach|boîte postale)\b|(?-i:\b(?:[A-Z]{1,2}-)?(?!(?:19|20)\d\d\b)\d{4,5}\s+[A-ZÀ-Þ][a-zà-ÿ]+)",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Trimmer:
    """One pass over a page's blocks."""

    blocks: list[Block]
    #: By index of `blocks`: why it is left out.
    reasons: dict[int, str]
    #: Lines above the title, folded: the website's name, its menu.
    above: frozenset[str]

    @classmethod
    def of(cls, blocks: Sequence[Block], above: Sequence[Block] = ()) -> "Trimmer":
        """Look at *blocks*; *above* is what stands above the title."""
        return cls(list(blocks), {}, frozenset(_folded(block.text) for block in above))

    def trim(self, title: str) -> tuple[list[Block], list[LeftOut]]:
        """Return what is the text, and what is not; *title* is that of the page, if it is known."""
        kinds = [furniture(block.text) for block in self.blocks]
        self._tail(kinds, title)
        self._anywhere(kinds)
        self._loose_ends(kinds)
        self._addresses()
        kept = [block for index, block in enumerate(self.blocks) if index not in self.reasons]
        return kept, self._left_out()

    def _tail(self, kinds: Sequence[Furniture | None], title: str) -> None:
        """Leave out everything from where other pages, or the footer, begin."""
        counts = Counter(_folded(block.text) for block in self.blocks if _is_short(block))
        before = 0
        index = 0
        while index < len(self.blocks):
            block = self.blocks[index]
            reason = self._end(index, kinds, counts, title) if before else ""
            if reason:
                end = self._resumes(index, before, reason)
                self.reasons.update(dict.fromkeys(range(index, end), reason))
                index = end
                continue
            before += len(block.text) if is_prose(block.text) or before else 0
            index += 1

    def _end(self, index: int, kinds: Sequence[Furniture | None], counts: Counter[str], title: str) -> str:
        kind = kinds[index]
        if kind in _ENDS and not (kind is Furniture.LEGAL and len(self.blocks[index].text) > 200):
            return str(kind)
        if _folded(self.blocks[index].text) in self.above:
            return str(Furniture.LEGAL)
        return str(Furniture.RELATED) if self._is_card(index, counts, title) else ""

    def _is_card(self, index: int, counts: Counter[str], title: str) -> bool:
        """Whether another page's title begins here: said twice, or with a category or a date and a teaser below."""
        block = self.blocks[index]
        if not _is_short(block) or (title and same(block.text, title)):
            return False
        near = [each.text for each in self.blocks[index + 1 : index + 5]]
        if counts[_folded(block.text)] > 1 and any(same(text, block.text) for text in near):
            return True
        below = near[0] if near else ""
        marked = (is_category(below) or is_lone_date(below)) and not block.is_entry
        return marked and (not near[1:2] or _is_teaser(near[1]) or is_read_more(near[1]))

    def _resumes(self, start: int, before: int, reason: str) -> int:
        """Return where the text goes on after what begins at *start*, which is there for *reason*.

        Teasers have one paragraph each: two in a row are text again. Of a footer they are notices, unless they are as
        long as what came before. After comments of readers, nothing but more of them follows.
        """
        rest = sum(len(block.text) for block in self.blocks[start:])
        if reason == Furniture.COMMENTS or (reason in _FOOTERS and rest <= before * _TAIL):
            return len(self.blocks)
        for index in range(start + 1, len(self.blocks) - 1):
            pair = self.blocks[index : index + 2]
            if (
                all(
                    is_prose(block.text) and not block.is_entry and not furniture(block.text)
                    for block in pair
                )
                and sum(len(block.text) for block in pair) > _LONG
            ):
                has_heading = index - 1 > start and self.blocks[index - 1].form is Form.HEADING
                return index - 1 if has_heading else index
        return len(self.blocks)

    def _anywhere(self, kinds: Sequence[Furniture | None]) -> None:
        for index, kind in enumerate(kinds):
            if kind in _ANYWHERE and kind is not None:
                self.reasons.setdefault(index, str(kind))
            elif index and kinds[index - 1] is Furniture.SIGN_UP and self._is_last_word(index):
                self.reasons.setdefault(index, str(Furniture.SIGN_UP))
            elif index and self.reasons.get(index - 1) == Furniture.SHARE and self._is_button(index):
                self.reasons.setdefault(index, str(Furniture.SHARE))
            elif is_read_more(self.blocks[index].text):
                self.reasons.setdefault(index, str(Furniture.MENU))

    def _is_last_word(self, index: int) -> bool:
        """Whether a short block has no text below: below a call to sign up it says what for."""
        rest = self.blocks[index + 1 :]
        return len(self.blocks[index].text) <= 200 and not any(is_prose(block.text) for block in rest)

    def _is_button(self, index: int) -> bool:
        """Whether a block below a share bar is one more network: a word, right below it, above no text."""
        block = self.blocks[index]
        return block.gap == 0 and block.text.isalpha() and self._is_last_word(index)

    def _addresses(self) -> None:
        """Leave out the lines with a postal address that stand together below pasted text."""
        left = [index for index in range(len(self.blocks)) if index not in self.reasons]
        while left:
            group = _last_group(self.blocks, left)
            is_apart = bool(group) and self.blocks[group[0]].gap > 0
            if not is_apart or not any(_POSTAL.search(self.blocks[index].text) for index in group):
                return
            self.reasons.update(dict.fromkeys(group, str(Furniture.LEGAL)))
            left = left[: -len(group)]

    def _loose_ends(self, kinds: Sequence[Furniture | None]) -> None:
        """Leave out menus and footers above the first and below the last text."""
        texts = [
            index
            for index, block in enumerate(self.blocks)
            if index not in self.reasons and kinds[index] is None and (is_prose(block.text) or block.is_entry)
        ]
        first, last = (texts[0], texts[-1]) if texts else (0, len(self.blocks))
        last += bool(texts) and self._leads_on(last + 1, kinds)
        for index, kind in enumerate(kinds):
            if kind is not None and not first <= index <= last:
                self.reasons.setdefault(index, str(kind))

    def _leads_on(self, index: int, kinds: Sequence[Furniture | None]) -> bool:
        """Whether right below the text one paragraph is a link to a document, or to where one registers; more are a list of files."""
        if index >= len(self.blocks) or self.blocks[index].form is not Form.PARAGRAPH:
            return False
        if (
            kinds[index] not in {Furniture.FILE, Furniture.MENU}
            or Furniture.FILE in kinds[index + 1 : index + 2]
        ):
            return False
        return any(
            _DOCUMENT.search(link.address)
            or (_REGISTER.match(link.words) and link.address.startswith("http"))
            for link in self.blocks[index].links
        )

    def _left_out(self) -> list[LeftOut]:
        found: list[LeftOut] = []
        before = -2
        for index in sorted(self.reasons):
            block, reason = self.blocks[index], self.reasons[index]
            if index == before + 1 and found:
                last = found[-1]
                found[-1] = LeftOut(
                    line=last.line, count=last.count + 1, begins=last.begins, reason=last.reason
                )
            else:
                found.append(LeftOut(line=block.line, count=1, begins=block.text, reason=reason))
            before = index
        return found


def _last_group(blocks: Sequence[Block], left: Sequence[int]) -> list[int]:
    """Return the last of the indices *left* whose blocks stand together and are no sentences."""
    group: list[int] = []
    for index in reversed(left):
        if is_prose(blocks[index].text) or (group and blocks[group[0]].gap):
            break
        group.insert(0, index)
    return group


def _is_short(block: Block) -> bool:
    return len(block.text) <= 160 and block.form is not Form.TABLE and not re.search(r"[.:;]$", block.text)


def _is_teaser(text: str) -> bool:
    return 40 <= len(text) <= _LONG


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
