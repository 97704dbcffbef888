"""Words of a command as a shell would give them: names, ``NAME=VALUE`` inputs and ``--options``, quotes respected."""

from __future__ import annotations

import shlex

import msgspec

from sopwb.author.slash.desk import wrong
from sopwb.kernel.diagnostics import nearest_name


class Words(msgspec.Struct, frozen=True):
    """``plain`` words in order, ``pairs`` by name, ``options`` by name; a flag's value is "on"."""

    plain: tuple[str, ...]
    pairs: dict[str, str]
    options: dict[str, tuple[str, ...]]

    def first(self, name: str) -> str:
        """Give an option's value, "" where it was not said."""
        return self.options.get(name, ("",))[-1]

    def at(self, place: int) -> str:
        """Give a plain word, "" where there is none."""
        return self.plain[place] if place < len(self.plain) else ""


def read_words(text: str, plain_max: int, *, valued: tuple[str, ...] = (), flags: tuple[str, ...] = (),
               pairs: bool = False) -> Words:  # fmt: skip
    """Read the words of a command that takes at most ``plain_max`` plain ones. Raises ``UserError``."""
    try:
        rest = shlex.split(text)
    except ValueError as error:
        raise wrong(f"the words do not read: {str(error).lower()}") from None
    plain: list[str] = []
    found: dict[str, str] = {}
    options: dict[str, tuple[str, ...]] = {}
    while rest:
        word = rest.pop(0)
        name, eq, value = word.removeprefix("--").partition("=")
        if word.startswith("--"):
            options[name] = (*options.get(name, ()), _value(name, eq, value, rest, valued, flags))
        elif pairs and eq and name.isidentifier():
            found[name] = value
        elif len(plain) == plain_max:
            raise wrong(f"{word!r} is one word too many", hint="write an input as NAME=VALUE" if pairs else "")
        else:
            plain.append(word)
    return Words(tuple(plain), found, options)


def _value(name: str, eq: str, value: str, rest: list[str], valued: tuple[str, ...], flags: tuple[str, ...]) -> str:
    if name in flags and not eq:
        return "on"
    if name not in valued:
        known = (*valued, *flags)
        near = nearest_name(name, known)
        raise wrong(f"there is no option --{name} here", nearest=f"--{near}" if near else "",
                    expected=" ".join(f"--{option}" for option in known))  # fmt: skip
    if not eq and not rest:
        raise wrong(f"--{name} needs a value")
    return value if eq else rest.pop(0)


def number(text: str, default: int) -> int:
    """Read a count, ``default`` for "". Raises ``UserError``."""
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise wrong(f"{text!r} is not a number")
    return int(text)
