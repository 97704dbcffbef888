"""The parts of a mail as they are said: its texts, their words in capitals, and which listed values stand for those.

Deliberately not here: writing a text with its values (``loops``).
"""

from __future__ import annotations

import re

import msgspec

from sopwb.author.english import meaning as m
from sopwb.author.english.names import key_of
from sopwb.author.english.spec import Doubt, Spec

CODES = frozenset(
    (
        "EUR",
        "USD",
        "GBP",
        "CHF",
        "VAT",
        "ID",
        "OK",
        "PS",
        "AM",
        "PM",
        "USA",
        "UK",
        "EU",
        "TV",
        "PIN",
        "IBAN",
        "SOS",
        "FAQ",
        "CEO",
        "HR",
        "IT",
    )
)
"""Capitals that are words of their own, not placeholders, unless they are explained."""
CAPS = re.compile(r"\b[A-Z][A-Z_]*[A-Z]\b|\b[B-HJ-Z]\b")


BRACES = re.compile(r"\{\s*([A-Za-z_][\w .']*?)\s*\}")
"""A placeholder in braces, "{name}": the field or result of that name."""


BEFORE = "@text before"
"""Stands for the text that was said before, where another one is said for some case."""


def fill_last(spec: Spec) -> None:
    """Let the values that were listed behind a text stand for its placeholders, in order, where their numbers agree."""
    if not spec.text:
        spec.text = _body_of_last(spec)
    if not spec.text:
        raise Doubt("There is no text yet that this could be filled into. What is it for?")
    _fill_braces(spec)
    if not spec.fills:
        return
    words = list(dict.fromkeys(CAPS.findall(BRACES.sub("", spec.text))))
    for wanted in (words, [w for w in words if w not in CODES]):
        if len(wanted) == len(spec.fills) and not _named_otherwise(wanted, spec.fills):
            known = {e.name for e in spec.explains}
            spec.explains += [
                m.Explain(w, v) for w, v in zip(wanted, spec.fills, strict=True) if w not in known
            ]
            spec.fills = []
            return


def _body_of_last(spec: Spec) -> str:
    """Give the text of the mail that was spoken of last, where its subject holds nothing to be filled in."""
    mail = spec.effects[-1].mail if spec.effects else None
    if mail is None or not isinstance(mail.body, m.Lit):
        return ""
    subject = mail.subject.text if isinstance(mail.subject, m.Lit) else ""
    return "" if CAPS.search(subject) or BRACES.search(subject) else mail.body.text


def _fill_braces(spec: Spec) -> None:
    """Let "the fee with two decimals" stand for {fee}: what is in braces is filled by its name, whatever the order."""
    held = {key_of(word.replace(" ", "_")): word for word in BRACES.findall(spec.text)}
    for value in list(spec.fills):
        key = _name_of(value)
        if key in held:
            spec.explains = [e for e in spec.explains if e.name != held[key]]
            spec.explains.append(m.Explain(held[key], value))
            spec.fills.remove(value)


def _name_of(value: m.Value) -> str:
    named = value.value if isinstance(value, m.Fixed) else value
    return named.words if isinstance(named, m.Named) else ""


def _named_otherwise(words: list[str], values: list[m.Value]) -> bool:
    """Whether a value bears the name of another placeholder than the one in its place."""
    keys = {key_of(w) for w in words}
    for word, value in zip(words, values, strict=True):
        if _name_of(value) in keys and _name_of(value) != key_of(word):
            return True
    return False


def _in_braces(spec: Spec) -> bool:
    """Let listed values that are called like placeholders in braces stand for those; False where one is not."""
    mail = next((e.mail for e in reversed(spec.effects) if e.mail is not None), None)
    texts = [spec.text] if mail is None else [t.text for t in (mail.subject, mail.body) if isinstance(t, m.Lit)]
    braces = {key_of(found): found for text in texts for found in BRACES.findall(text)}
    named = {v.words: v for v in spec.fills if isinstance(v, m.Named)}
    if not spec.fills or len(named) < len(spec.fills) or not named.keys() <= braces.keys():
        return False
    spec.explains += [m.Explain(braces[key], value) for key, value in named.items()]
    spec.fills = []
    return True


def mail_part(spec: Spec, part: str, value: m.Value) -> None:
    """Take what is said of a part of the mail that was spoken of last. Raises ``Doubt`` where there is none."""
    if part == "fill":
        spec.fills = []
        return
    if part == "with":
        spec.fills.append(value)
        return
    if part == "filled":
        if not spec.text and not spec.effects:
            raise Doubt('Nothing there can be filled in with that. If it is a condition, say "whose … is …".')
        if not _in_braces(spec):
            fill_last(spec)
        return
    mails = [e for e in spec.effects if e.kind == "mail"]
    if not mails or mails[-1].mail is None:
        raise Doubt("Which mail is that for?")
    if isinstance(value, m.Lit):
        spec.text = value.text
    if isinstance(value, m.Cases) and value.default == m.Named(BEFORE):
        before = getattr(mails[-1].mail, part)
        if not isinstance(before, m.Lit):
            raise Doubt(f"What is the {part} in every other case?")
        value = msgspec.structs.replace(value, default=before)
    mails[-1].mail = msgspec.structs.replace(mails[-1].mail, **{part: value})
