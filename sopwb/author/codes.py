"""The diagnostics of the authors: what they ask and refuse, by kind.

Replies carry their text; these codes name the kinds for people who look one up. Deliberately not here: the
words of a reply.
"""

from __future__ import annotations

from typing import Final

from sopwb.kernel.diagnostics import Code

SLASH_UNKNOWN: Final = Code("SOP-E015", "There is no such slash command", "/help lists them; the nearest one is named", "/stp fetch orders")  # noqa: E501 - one message, one line
SLASH_ARGUMENTS: Final = Code("SOP-E016", "The arguments of a slash command do not read", "The message says how it is used; /help NAME has an example", "/rename total")  # noqa: E501 - one message, one line
STEP_UNREAD: Final = Code("SOP-E017", "A step in its short form does not read", "/help step has the forms; expressions are the language's", "/step fetchh orders")  # noqa: E501 - one message, one line
NO_DRAFT: Final = Code("SOP-E018", "No draft is open", "/new NAME begins one, /open NAME goes to one, /fork NAME makes one of a frozen script", "/step say 'hello', before any /new")  # noqa: E501 - one message, one line

CODES: Final[tuple[Code, ...]] = (
    Code("SOP-E001", "A sentence was not understood", "Say it in the words of docs/english.md", "make it nicer"),
    Code("SOP-E002", "A measure has no number", "Give the number: more than 30 days", "has not ordered in a while"),
    Code("SOP-E003", "A name could mean several fields", "Name one of the fields that are offered", "the sum of the amount"),  # noqa: E501 - one message, one line
    Code("SOP-E004", "A data source or field is not known", "Name one that the workspace declares", "find the person in volunteers"),  # noqa: E501 - one message, one line
    Code("SOP-E005", "Two rules contradict each other", "Say which one holds", "under 200 and at the same time over 1000"),  # noqa: E501 - one message, one line
    Code("SOP-E006", "A value may be empty and nothing says what then", "Say what an empty one counts as", "the days since the latest visit"),  # noqa: E501 - one message, one line
    Code("SOP-E007", "Something that a script cannot do", "Scripts read data, compute and use declared tools", "ring every donor"),  # noqa: E501 - one message, one line
    Code("SOP-E008", "Something was said without effect", "Say which returned field it is for", "a definition that nothing returns"),  # noqa: E501 - one message, one line
    Code("SOP-E009", "A model's key is missing or not accepted", "Set the provider's variable, SOPWB_MODEL_KEY or the keyring (docs/authors.md)", "sopwb chat --model openai/gpt-5, without OPENAI_API_KEY"),  # noqa: E501 - one message, one line
    Code("SOP-E010", "A model's provider wants fewer requests", "Wait a little, then say it again", "more requests in a minute than the plan has"),  # noqa: E501 - one message, one line
    Code("SOP-E011", "A model cannot be reached", "Check [agent] model and api_base, and that the server runs", "sopwb chat --model openai/x --api-base http://127.0.0.1:9/v1"),  # noqa: E501 - one message, one line
    Code("SOP-E012", "A model took too long", "Say it again, or choose a faster model", "a server that accepts and never answers"),  # noqa: E501 - one message, one line
    Code("SOP-E013", "A model's answer cannot be read", "Say it again, or choose another model", "a stream that ends in the middle"),  # noqa: E501 - one message, one line
    Code("SOP-E014", "A recorded conversation lacks a reply", "Record it again (docs/authors.md)", "a cassette whose conversation was changed"),  # noqa: E501 - one message, one line
    SLASH_UNKNOWN,
    SLASH_ARGUMENTS,
    STEP_UNREAD,
    NO_DRAFT,
)
