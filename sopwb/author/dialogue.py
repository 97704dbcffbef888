"""The dialogue: whoever the author is, a turn goes in and a Reply comes out, and nothing is ever raised at a person.

A turn that begins with ``/`` is a command (``author.slash``) and no author's.

Deliberately not here: an author's understanding; the default one is ``author.english``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sopwb.author.bench import Bench
from sopwb.author.port import Author
from sopwb.author.reply import Reply
from sopwb.kernel.diagnostics import UserError

if TYPE_CHECKING:
    from sopwb.author.slash.author import SlashAuthor


class Dialogue:
    """A conversation with one author over one bench. ``as_of`` is the instant that runs are made for ("" = now)."""

    def __init__(self, bench: Bench, *, as_of: str = "", author: Author | None = None) -> None:
        if author is None:
            from sopwb.author.english.author import OfflineAuthor

            author = OfflineAuthor(bench, as_of)
        self.author = author
        self._bench, self._as_of = bench, as_of
        self._slash: SlashAuthor | None = None
        self._offered: tuple[str, ...] = ()
        self._written: tuple[str | None, dict[str, Any] | None] = (None, None)

    def turn(self, text: str) -> Reply:
        """Answer one turn; a user's mistake that surfaces on the way is a refusal with its diagnostic."""
        try:
            return self._turn(text)
        except UserError as error:
            return Reply("refusal", "; ".join(d.line() for d in error.diagnostics))
        except (
            ArithmeticError,
            AssertionError,
            AttributeError,
            LookupError,
            RecursionError,
            TypeError,
            ValueError,
        ) as error:
            # A conversation outlives a mistake of ours: nothing was saved, and the person can go on in other words.
            return Reply(
                "refusal",
                f"I stumbled over that ({type(error).__name__}), which is my mistake, not yours. Nothing was saved. Could you say it in other words?",  # noqa: E501 - one message, one line
            )

    def _turn(self, text: str) -> Reply:
        # An option is words that an author wrote, perhaps a model: picking one must not become a command.
        if text.lstrip().startswith("/") and text not in self._offered:
            reply = self._commands().turn(text)
        else:
            reply = self.author.turn(text)
            written = (reply.draft, reply.script)
            if self._slash is not None and reply.draft and written != self._written:
                self._slash.desk.go(reply.draft)
            self._written = written
        self._offered = tuple(reply.options)
        return reply

    def _commands(self) -> SlashAuthor:
        if self._slash is None:
            from sopwb.author.slash.author import SlashAuthor  # loaded with the first command

            self._slash = SlashAuthor(self._bench, self._as_of)
            self._slash.desk.go(self._written[0] or "")
        return self._slash
