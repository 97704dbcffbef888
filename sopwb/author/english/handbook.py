"""The handbook of what can be said (``docs/english.md``), written from the grammar's own tables.

Deliberately not here: the tables; a test holds the file to them.
"""

from __future__ import annotations

from typing import Final

from sopwb.author.english.grammar import G
from sopwb.author.english.lexicon import CLASSES, COMPARE, OR_MORE

_FAMILIES: Final = (
    ("clause", "Clauses", "A sentence is one or more of these, joined by commas, semicolons, colons, and, then."),
    ("defvalue", "What a thing is", "The right side of a definition."),
    ("arm", "One case of several", "Cases are joined by commas; a default ends them."),
    ("default", "Every other case", ""),
    ("value", "Values", ""),
    ("sum", "Sums", ""),
    ("product", "Products", ""),
    ("factor", "Parts of values", ""),
    ("aggregate", "Over records", ""),
    ("time", "Times", ""),
    ("pick", "The one record", ""),
    ("order", "Orders of lists", ""),
    ("head", "Records", ""),
    ("rows", "Which records", "Each narrows the records before it."),
    ("window", "Windows of time", ""),
    ("atom", "Conditions", ""),
    ("tail", "What is said of a value", ""),
    ("cond", "And, or, not", ""),
)


def handbook() -> str:
    """Write the handbook as Markdown."""
    out = [
        "# What can be said",
        "",
        "Written from the grammar by `sopwb/author/english/handbook.py`; a test keeps it current.",
        "`[x]` may be left out, `(x|y)` is a choice, `{name}` stands for a phrase of that family,",
        "`<class>` for a word of the class below, `LP RP LB RB` for brackets and braces.",
    ]
    for category, title, words in _FAMILIES:
        out += ["", f"## {title} `{category}`", ""]
        if words:
            out += [words, ""]
        for rule in G.rules.get(category, []):
            out.append(f"- `{_shown(rule.text)}`")
        for rule in G.after.get(category, []):
            out.append(f"- `{_shown(rule.text)}`")
    out += ["", "## Comparisons", ""]
    out += [f"- {words}: `{op}`" for words, op in {**COMPARE, **OR_MORE}.items()]
    out += ["", "## Words of the classes", ""]
    out += [f"- `<{name}>`: {', '.join(words)}" for name, words in CLASSES.items()]
    return "\n".join(out) + "\n"


def _shown(pattern: str) -> str:
    import re

    return re.sub(r"\{\w*:(\w+)\}", r"{\1}", pattern)
