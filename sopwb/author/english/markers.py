# ruff: noqa: E501 - phrases are read as a list
"""Words that lead into a sentence and out of it and mean nothing for the script: "oh, and one more thing:", "if that's ok".

Those of ``_ALWAYS`` are dropped before reading. The others are left off where a sentence does not read with them, so
that one which means something ("make sure to …", "maybe") is heard first. None may change what is computed.
Deliberately not here: single words of courtesy anywhere in a sentence (``lexicon.STOP``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sopwb.author.english.lexer import Token

_Phrases = tuple[tuple[str, ...], ...]


def _phrases(*phrases: str) -> _Phrases:
    return tuple(sorted((tuple(p.split()) for p in phrases), key=len, reverse=True))


_ALWAYS: Final = _phrases(
    "there ,", "you know what ,", "you know what :", "you know what -", "tell you what ,", "do not forget to", "do not forget :", "do not forget that", "that i think of it ,", "that i think about it ,", "about that ,",
    "after that ,", "afterwards ,", "after this ,", "once that is done ,", "first ,", "second ,", "third ,",
    "last ,", "in the end ,", "in addition ,", "besides ,", "furthermore ,", "to start ,", "to begin with ,",
    "finally ,", "apart from that ,", "i forgot ,", "i forgot :", "i forgot -", "i forgot to say",
    "i forgot to mention", "i forgot to say ,", "i forgot to mention ,", "i forgot to say that",
    "i forgot to mention that", "i nearly forgot ,", "i almost forgot ,", "i should have said",
    "i should add that", "one more thing ,", "one more thing :", "one more thing -", "one last thing ,",
    "one last thing :", "another thing ,", "another thing :", "there is one more thing :",
    "there is one more thing ,", "one more rule :", "another rule :", "one more condition :", "another condition :", "one last rule :", "next rule :",
    "one more point :", "one more detail :", "last rule :", "new rule :", "extra rule :", "an extra rule :", "one exception :", "while we are at it ,", "while you are at it ,",
)  # fmt: skip
"""Lead-ins that never mean anything."""

_PAUSED: Final = _phrases(
    "btw", "by the way", "mhm", "uh", "uhm", "um", "aha", "ugh", "oops", "whoops", "heya", "howdy", "hi",
    "hey", "hello", "hiya", "thx", "ta", "thanks", "thanks a lot", "many thanks", "thanks for that", "pls",
    "plz", "listen", "look", "see", "lastly", "moreover", "additionally", "besides", "furthermore", "plus",
    "fyi", "nb", "ps", "perhaps", "maybe", "excellent", "brilliant", "wonderful", "fantastic", "amazing",
    "splendid", "morning", "good morning", "evening", "good evening", "afternoon", "good afternoon", "hang on",
    "hold on", "wait a minute", "wait a second", "one moment", "just a moment", "hi there", "hey there",
    "hello there", "dear all", "hi all", "hi team", "hello all", "hi everyone", "hello everyone", "i mean",
    "on second thought", "on second thoughts", "come to think of it", "now that i think of it",
    "now that i think about it", "thinking about it", "one more", "last thing", "last one", "next",
    "to finish", "to finish off", "to finish up", "to round it off", "to be safe", "to be sure",
    "to be on the safe side", "just in case", "in case it matters", "if i may", "if you could", "if you can",
    "if you would", "if you do not mind", "if it is not too much trouble", "sorry about that", "my bad",
    "my mistake", "my fault", "got it", "i see", "very good", "sounds good", "that works", "that is right",
    "that is good", "that is great", "that is fine", "good point", "fair enough", "makes sense", "understood",
    "true", "no problem", "no worries", "not bad", "love it", "next up", "next step", "first step",
    "last step", "quick one", "quick question", "quick change", "small change", "small thing",
    "small addition", "little change", "little thing", "tiny change", "tiny thing", "another change",
    "one change", "one thing", "just one thing", "one small thing", "a small change", "a small addition",
    "an addition", "another addition", "addition", "update", "change", "note", "please note", "remark",
    "correction", "small correction", "same script", "still the same script", "for the record",
    "just so you know", "for your information", "turns out", "it turns out", "as it turns out", "apparently",
    "obviously", "naturally", "clearly", "ideally", "preferably", "honestly", "frankly", "that said",
    "having said that", "in short", "long story short", "in other words", "as discussed", "as agreed",
    "as i said", "as we said", "like i said", "as mentioned", "for good measure", "while we are here",
    "since we are here", "since you are at it", "from now on", "as a first step", "as a next step",
    "as a last step", "as a start", "for a start", "to start with", "to begin with", "to begin",
    "in a second step", "the boss says", "my boss says", "my boss wants", "the boss wants", "the team says",
    "the team asked", "the team wants", "we decided", "we agreed", "they decided", "management says",
    "i just heard", "i was told", "i just remembered", "i just noticed", "i noticed", "nearly forgot",
    "almost forgot", "forgot to say", "forgot to mention", "forgot", "i forgot", "i forgot to say", "i forgot to mention",
    "oh and", "also", "and", "nah", "nope", "no", "eh", "meh",
)  # fmt: skip
"""Lead-ins that a comma, a colon or a dash divides from what is said."""

_REQUESTS: Final = _phrases(
    "next", "then", "now", "would you mind ,", "mhm",
    "please also", "could you please", "could you", "could you also", "can you please", "can you",
    "would you please", "would you", "would you kindly", "will you please", "will you", "might you",
    "i would like you to", "we would like you to", "i want you to", "we want you to", "i need you to",
    "we need you to", "i would like it to", "i would love it if you could", "it would be great if you could",
    "it would be nice if you could", "it would be good if you could", "it would be lovely if you could",
    "it would be helpful if you could", "it would be great if it could", "it would be nice if it could",
    "it would be good if it could", "i would appreciate it if you could", "would it be possible to",
    "is it possible to", "i was wondering if you could", "i wonder if you could", "maybe you can",
    "maybe you could", "perhaps you could", "perhaps you can", "you can", "you could", "let us",
    "go ahead and", "feel free to", "make sure to", "make sure you", "make sure that you", "be sure to",
    "remember to", "remember that", "do not forget to", "do not forget that", "be so kind as to",
    "be so kind and", "do me a favour and", "do me a favor and", "i forgot to ask you to", "we decided that",
    "we agreed that", "it turns out that", "turns out that", "i just heard that", "i was told that",
    "note that", "please note that", "maybe", "perhaps", "ideally", "preferably", "lastly", "additionally",
    "moreover", "plus", "heya", "btw", "pls", "plz", "what i need is", "what i want is", "what we need is",
    "what i would like is", "the idea is that", "the idea is to", "the plan is to", "the goal is to",
    "the point is to",
)  # fmt: skip
"""Lead-ins that what is said follows directly."""

_OUT: Final = _phrases(
    "very much", "a lot", "in advance", "so much", "for now",
    "please", "pls", "plz", "thanks", "thank you", "thanks a lot", "many thanks", "thx", "ta", "cheers", "ok",
    "okay", "right", "yes", "yeah", "mate", "folks", "everyone", "team", "lol", "haha", "sorry", "though",
    "actually", "really", "obviously", "naturally", "you know", "i think", "i guess", "i suppose", "i believe",
    "i would say", "if that is ok", "if that is okay", "if that is possible", "if that is alright",
    "if you do not mind", "if you please", "if you would", "would be great", "would be nice",
    "would be perfect", "that would be great", "that would be nice", "that would be perfect",
    "that would be lovely", "that would be it", "when you get a chance", "when you can", "when you have time",
    "asap", "as soon as possible", "as discussed", "as agreed", "as usual", "as mentioned", "as i said",
    "like i said", "like we said", "for the moment", "to be safe", "just to be safe", "to be sure",
    "just in case", "to be on the safe side", "to keep it simple", "for simplicity", "as a start",
    "for a start", "to start with", "to begin with", "in one go", "while you are at it", "while we are at it",
    "will you", "would you", "could you", "can you", "for me please", "for us please", "thanks in advance",
    "thank you in advance", "thank you very much", "no hurry", "no rush", "that is all", "that is all for now",
    "that is it", "that is it for now", "nothing else", "nothing more", "simple as that", "as simple as that",
    "easy",
)  # fmt: skip
"""What is added behind, with or without a comma."""

_PAUSES: Final = frozenset((",", ":", ";", "-", "!", "..."))
_BULLETS: Final = frozenset(("*", "•", "–", "·"))
_ITEM_MAX: Final = 20
"""The highest number that is taken for a list's: "2) also return …"."""


def led_in(tokens: Sequence[Token]) -> int:
    """Give how many words only lead from the sentence before to this one."""
    return _longest(tokens, _ALWAYS)


def says_nothing(tokens: Sequence[Token]) -> bool:
    """Whether a sentence is nothing but such words: "No hurry."."""
    words = tuple(t.low for t in tokens if t.low not in _PAUSES)
    return words in _OUT or words in _PAUSED


def is_number_of_list(tokens: Sequence[Token]) -> bool:
    """Whether a sentence is nothing but the number that a list gives to the next: "2."."""
    return len(tokens) == 1 and _counts(tokens[0])


def without_markers(tokens: tuple[Token, ...]) -> Iterator[tuple[Token, ...]]:
    """Give the sentence without its lead-ins, without what is added behind, and without both; nothing where it has none."""
    begin, end = _begin(tokens), _end(tokens)
    if begin:
        yield tokens[begin:]
    if end < len(tokens) and end > 0:
        yield tokens[:end]
    if begin and begin < end < len(tokens):
        yield tokens[begin:end]


def _begin(tokens: tuple[Token, ...]) -> int:
    at = 0
    while at < len(tokens) - 1:
        rest = tokens[at:]
        step = _item(rest) or _paused(rest) or _longest(rest, _REQUESTS)
        if not step:
            break
        at += step
    return at


def _end(tokens: tuple[Token, ...]) -> int:
    end = len(tokens)
    while end > 1:
        words = tuple(t.low for t in tokens[:end])
        step = next((len(p) for p in _OUT if len(p) < end and words[-len(p) :] == p), 0)
        if not step:
            break
        end -= step
        while end > 1 and tokens[end - 1].low in _PAUSES:
            end -= 1
    return end


def _paused(tokens: tuple[Token, ...]) -> int:
    """Give the words of a lead-in and the signs that divide it from the rest."""
    step = max(
        (len(p) for p in _PAUSED if _said(tokens, p) and len(p) < len(tokens) and tokens[len(p)].low in _PAUSES),
        default=0,
    )
    while step and step < len(tokens) - 1 and tokens[step].low in _PAUSES:
        step += 1
    return step


def _item(tokens: tuple[Token, ...]) -> int:
    """Give the words of a list's number: "2)", "(b)", "step 2:"."""
    lows = [t.low for t in tokens[:4]]
    if lows[0] in _BULLETS:
        return 1
    if lows[:1] == ["("] and len(lows) > 3 and lows[2] == ")" and _counts(tokens[1]):
        return 3
    if len(lows) > 2 and lows[1] == ")" and _counts(tokens[0]):
        return 2
    if len(lows) > 3 and lows[0] in ("step", "point", "part", "rule") and lows[2] in _PAUSES and _counts(tokens[1]):
        return 3
    return 0


def _counts(token: Token) -> bool:
    if token.kind == "number":
        return token.text.isdigit() and int(token.text) <= _ITEM_MAX
    return token.kind == "word" and len(token.low) == 1


def _longest(tokens: Sequence[Token], phrases: _Phrases) -> int:
    longest = max((len(p) for p in phrases if _said(tokens, p)), default=0)
    return longest if longest < len(tokens) else 0


def _said(tokens: Sequence[Token], phrase: tuple[str, ...]) -> bool:
    return tuple(t.low for t in tokens[: len(phrase)]) == phrase
