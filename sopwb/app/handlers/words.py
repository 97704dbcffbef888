"""Other words for sources and fields, kept in the catalogue: they help authors to understand, and decide nothing.

    words  {WORD: {"name": WORD, "means": SOURCE or FIELD}}

Deliberately not here: when a word is learned, and reading with it (``author.english.learning``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sopwb.app.commands import ForgetWord, LearnWord, ListWords
from sopwb.app.outputs import AnyOutput, LearnedWord, WordList
from sopwb.kernel.diagnostics import Diagnostic, UserError, nearest_name
from sopwb.kernel.limits import WORD_CHARS_MAX, WORDS_LEARNED_MAX

if TYPE_CHECKING:
    from sopwb.app.workbench import Workbench

_TABLE: Final = "words"
_WORD: Final = re.compile(r"[^\W\d_]\w*(?: \w+)*")


def learn_word(bench: Workbench, command: LearnWord) -> AnyOutput:
    """Keep a word. Refused where it is the name of something, or means nothing."""
    word, kept = _spelled(command.word), _kept(bench)
    environment = bench.environment()
    fields = {
        field
        for name in environment.source_names()
        if (source := environment.source(name)) is not None
        for field in source.record.names()
    }
    known = {*environment.source_names(), *fields}
    if not _WORD.fullmatch(word) or len(word) > WORD_CHARS_MAX:
        raise _refused(f"{command.word!r} is not a word", expected=f"words of at most {WORD_CHARS_MAX} characters")
    if word.replace(" ", "_") in {name.lower() for name in (*known, *environment.script_names())}:
        raise _refused(f"{word!r} has a meaning already: it is the name of something here")
    if command.means not in known:
        raise _refused(
            f"{command.means!r} is no data source and no field", nearest=nearest_name(command.means, sorted(known))
        )
    if word not in kept and len(kept) >= WORDS_LEARNED_MAX:
        raise _refused(f"{len(kept)} words are learned already, as many as a workspace keeps")
    if kept.get(word) != command.means:
        with bench.store.transaction(f"learn the word {word}") as tx:
            tx.catalogue({_TABLE: {word: {"name": word, "means": command.means}}})
    return _listed(kept | {word: command.means})


def forget_word(bench: Workbench, command: ForgetWord) -> AnyOutput:
    word, kept = _spelled(command.word), _kept(bench)
    if word not in kept:
        raise UserError(Diagnostic("SOP-A055", f"{word!r} was not learned", nearest=nearest_name(word, sorted(kept))))
    with bench.store.transaction(f"forget the word {word}") as tx:
        tx.catalogue({_TABLE: {word: None}})
    return _listed({other: means for other, means in kept.items() if other != word})


def list_words(bench: Workbench, command: ListWords) -> AnyOutput:
    return _listed(_kept(bench))


def _kept(bench: Workbench) -> dict[str, str]:
    from sopwb.store.catalogue import Catalogue  # here, since only who asks for words pays for TinyDB

    return {str(row["name"]): str(row["means"]) for row in Catalogue(bench.store).all(_TABLE)}


def _listed(kept: dict[str, str]) -> WordList:
    return WordList(tuple(LearnedWord(word, means) for word, means in sorted(kept.items())))


def _spelled(word: str) -> str:
    return " ".join(word.lower().replace("_", " ").split())


def _refused(message: str, expected: str = "", nearest: str = "") -> UserError:
    return UserError(Diagnostic("SOP-A054", message, expected=expected, nearest=nearest))
