"""What can be typed: ``/help``, and the page ``docs/slash-commands.md``, both written from the table.

Deliberately not here: the table; a test holds the page to it.
"""

from __future__ import annotations

from typing import Final

from sopwb.author.slash.table import BY_NAME, GROUPS, Slash
from sopwb.author.slash.telling import columns, laid_out, page
from sopwb.kernel.diagnostics import nearest_name

FORMS: Final[tuple[tuple[str, str, str], ...]] = (
    (
        "[NAME =] fetch SOURCE [where CONDITION] [order by EXPRESSION [desc], …] [limit NUMBER] [one [optional]] "
        "[fields A, B]",
        "get records; with one it is the record",
        "orders = fetch orders where customer_id = customer_id order by total desc limit 3",
    ),
    ("NAME = EXPRESSION", "compute a value", "total = orders.sum(o, o.total)"),
    ("if CONDITION [then STEP [else STEP]]", "branch", "if total > 500 and size(orders) > 3 then say 'many'"),
    ("else · else if CONDITION · end", "go on in the else of the if before; leave the block", "else if total > 100"),
    (
        "[NAME =] each ITEM from SOURCE [where CONDITION] [order by …] [yield VALUE] [do STEP]",
        "do steps for every record",
        "totals = each o from orders where total > 10 yield o.total",
    ),
    ("[NAME =] each ITEM in LIST [yield VALUE] [do STEP]", "the same for a list", "each o in orders do say o.id"),
    ("[NAME =] SCRIPT(ARGUMENT: EXPRESSION, …)", "call a script", "risk = check_churn_risk(customer_id: customer.id)"),
    (
        "[NAME =] TOOL(ARGUMENT: EXPRESSION, …) [on error skip]",
        "use a tool; on error fail, skip or dead_letter",
        "email.send(to: 'a@example.com', subject: 'Hello', body: 'Hi') on error skip",
    ),
    (
        "insert · update · upsert SOURCE KEY {FIELD: EXPRESSION, …} [on error skip]",
        "make or change a record of a source that is declared writable",
        "update orders o.id {status: 'late'} on error dead_letter",
    ),
    ("delete SOURCE KEY", "remove a record of such a source", "delete orders o.id"),
    ("say TEXT", "say a line to the person", "say 'total ' + string(total)"),
    ("fail MESSAGE", "end with an error", "fail 'no such customer'"),
    ("return [VALUE]", "end with a value", "return {is_risk: true, reason: 'No orders'}"),
    ('{"op": …}', "any step as JSON", '{"op": "say", "text": "\'hello\'"}'),
)
"""Form, meaning, example of every step."""
NOTES: Final = (
    "Expressions are the language's (docs/language.md); `=`, `and`, `or`, `not` are put into its spelling.",
    "A `where` may name the source's fields bare. A name that the script has too is the field left of a comparison and "
    "the script's right of it (`customer_id = customer_id`); what could be either is refused. The answer shows what "
    "was made of it.",
    "Several lines are several steps: those of an if or each are indented below it, as /show lays them out.",
)


EXAMPLE: Final = """/new check_churn_risk(customer_id: string) -> {is_risk: bool, reason: string}
/step customer = fetch customers where id = customer_id one
/step orders = fetch orders where customer_id = customer.id
/step if size(orders) = 0
/return {is_risk: true, reason: 'No orders: dormant account'}
/step end
/step days_since_last = days_between(orders.max(o, o.ordered_at), now)
/step total_spend = orders.sum(o, o.total)
/step if days_since_last > 60 and total_spend > 500
/return {is_risk: true, reason: 'Last order was ' + string(days_since_last) + ' days ago'}
/step end
/return {is_risk: false, reason: 'Active'}
/run customer_id=john_doe --trace
/freeze
/new weekly_churn_prevention -> {at_risk: int}
/step risks = each customer from customers yield churn.is_risk
/step churn = check_churn_risk(customer.id)
/step if churn.is_risk
/step coupon = coupon.generate()
/step email.send(to: customer.email, subject: 'We miss you', body: 'Your code: ' + coupon.code)
/step end
/step end
/return {at_risk: risks.count(r, r)}
/mock all
/job
/schedule every monday at 9 am
"""
"""The founding conversation on the sample shop, without a sentence."""
_HEAD: Final = """# Slash commands

Written from the table in `sopwb/author/slash/table.py` by `sopwb/author/slash/handbook.py`; a test keeps it current.

A line that begins with `/` is a command, in `sopwb chat` and in the workbench's chat, where it is completed as it is
typed (Tab takes the marked word). It becomes the Commands that keys and the command line give; no author has a part in
it. Where it names no script, a command speaks of the one at hand: the draft that was opened last, else what was last
shown, run or saved. STEP-ID is the id that `/show` writes (`s3`), a path (`steps/2/then/0`), or the name that a step
binds."""


def help_text(word: str) -> str:
    """Say all commands, or everything about one; of an unknown one the nearest."""
    if not word:
        parts = [
            page(f"{title}:", laid_out(columns([(f"/{s.name}", s.words) for s in group]))) for title, group in GROUPS
        ]
        return page(*parts, "/help COMMAND has its arguments and an example, /help step the forms of steps.")
    slash = BY_NAME.get(word)
    if slash is None:
        near = nearest_name(word, BY_NAME)
        return f"There is no command /{word}." + (f" Did you mean /{near}?" if near else " /help lists them.")
    forms = (
        [f"{form}\n  {words}: {example}" for form, words, example in FORMS]
        if "op|" in "|".join((*slash.takes, ""))
        else []
    )
    notes = page(*NOTES) if forms else ""
    return page(
        f"/{slash.name}: {slash.words}.", laid_out([slash.line]), slash.more, "For example:", laid_out([slash.example]),
        page("Steps:", laid_out(forms)) if forms else "", notes,
    )  # fmt: skip


def handbook() -> str:
    """Write the page as Markdown."""
    out = [_HEAD, "", "Two scripts of the sample shop, from the first line to the schedule:", "", "```text"]
    out += [*EXAMPLE.splitlines(), "```"]
    for title, group in GROUPS:
        out += ["", f"## {title}"]
        for slash in group:
            out += ["", *_entry(slash)]
    out += ["", "## Steps", "", *(f"- {note}" for note in NOTES), ""]
    for form, words, example in FORMS:
        out += [f"- `{form}` – {words}. `{example}`"]
    return "\n".join(out) + "\n"


def _entry(slash: Slash) -> list[str]:
    more = f" {slash.more}" if slash.more else ""
    return [f"### /{slash.name}", "", f"`{slash.line}` – {slash.words}.{more}", "", "```text", slash.example, "```"]
