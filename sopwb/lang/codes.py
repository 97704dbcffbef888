"""What can be wrong with a script as a whole: SOP-P (its shape, and edits of it) and SOP-C (its meaning).

What can be wrong inside an expression has its own codes, in ``lang.expression.codes``.
"""

from __future__ import annotations

from typing import Final

from sopwb.kernel.diagnostics import Code

_STEP: Final = '{"sop": 1, "steps": [%s]}'

NOT_JSON: Final = Code(
    "SOP-P001",
    "The script is not JSON",
    "The message gives the line and column where reading stopped: most often a comma, quote or bracket is "
    "missing there.",
    '{"sop": 1, "steps": [}',
)
NOT_AN_OBJECT: Final = Code(
    "SOP-P002", "A script is a JSON object",
    'Begin with {"sop": 1, "steps": […]}.', '["steps"]')
VERSION_UNKNOWN: Final = Code(
    "SOP-P003", "The version of the language is missing or unknown",
    'Every script says which version it is written in: "sop": 1.', '{"steps": []}')
FIELD_UNKNOWN: Final = Code(
    "SOP-P004", "A field that does not belong there",
    "Remove it, or take the name that is offered. Remarks belong in `note`.",
    _STEP % '{"op": "say", "txt": "\'hello\'"}')
FIELD_MISSING: Final = Code(
    "SOP-P005", "A required field is missing", "Add the field that the message names.",
    _STEP % '{"op": "math", "expr": "1"}')
SHAPE_WRONG: Final = Code(
    "SOP-P006", "A field holds the wrong kind of JSON",
    "Expressions are texts, even numbers and conditions: write \"10\", \"true\", \"'a text'\".",
    _STEP % '{"op": "math", "name": "a", "expr": 10}')
OP_UNKNOWN: Final = Code(
    "SOP-P007", "An unknown kind of step",
    "Steps are fetch, math, if, each, call, tool, write, say, fail and return.", _STEP % '{"op": "lop"}')
NAME_INVALID: Final = Code(
    "SOP-P008", "Not a name",
    "A name is a letter or _ followed by letters, digits and _, plain ASCII, at most 64 characters.",
    _STEP % '{"op": "math", "name": "total spend", "expr": "1"}')
NAME_RESERVED: Final = Code(
    "SOP-P009",
    "A reserved name",
    "`it`, `now` and `today` have a meaning of their own, and the words of the expression language cannot be "
    "names: choose another.",
    _STEP % '{"op": "math", "name": "today", "expr": "1"}',
)
TYPE_INVALID: Final = Code(
    "SOP-P010", "Not a type",
    "Types are bool int decimal string date timestamp duration secret list<T> {field: T} map<K, V> and T?.",
    '{"sop": 1, "params": {"id": "text"}, "steps": []}')
TOO_LARGE: Final = Code(
    "SOP-P011", "The script is larger than the language allows",
    "Split it: move steps into a script of their own and call it.",
    "a script of 3,000 steps")
CHOICE_UNKNOWN: Final = Code(
    "SOP-P012", "Not one of the values that this field takes", "Take one of those that the message lists.",
    _STEP % '{"op": "fetch", "name": "c", "from": "customers", "one": "maybe"}')
FIELDS_CLASH: Final = Code(
    "SOP-P013", "Fields that do not go together", "Keep the one that is meant.",
    _STEP % '{"op": "each", "from": "customers", "in": "xs", "as": "c", "do": []}')
NOT_NFC: Final = Code(
    "SOP-P014",
    "A text is not in Unicode normal form C",
    "The same letters can be written in two ways; scripts use the composed one, so that equal texts have equal "
    "bytes. Apply the fix.",
    "a `say` step whose é is an e followed by a combining accent",
)
STANDS_TWICE: Final = Code(
    "SOP-P015", "Something stands twice where once is meant", "Remove one of the two.",
    _STEP % '{"op": "fetch", "name": "c", "from": "customers", "fields": ["id", "id"]}')
OUT_OF_RANGE: Final = Code(
    "SOP-P016",
    "A number outside of its range",
    "Choose a number within the bounds that the message gives.",
    _STEP
    % '{"op": "tool", "tool": "email.send", "on_error": {"retry": {"times": -1, "base_ms": 0}}}',
)

SOURCE_UNKNOWN: Final = Code(
    "SOP-C001",
    "There is no such data source",
    "Declare it under [data.NAME] in sopwb.toml, or take the name that is offered; `sopwb data list` shows all.",
    _STEP % '{"op": "fetch", "name": "c", "from": "custmers"}',
)
TOOL_UNKNOWN: Final = Code(
    "SOP-C002", "There is no such tool", "`sopwb tools list` shows the tools of this workspace.",
    _STEP % '{"op": "tool", "tool": "email.sent", "args": {}}')
SCRIPT_UNKNOWN: Final = Code(
    "SOP-C003", "There is no such script", "`sopwb script list` shows the scripts of this workspace.",
    _STEP % '{"op": "call", "name": "r", "script": "chek_risk", "args": {}}')
PIN_UNKNOWN: Final = Code(
    "SOP-C004", "The pinned script is not in this workspace",
    "Import the bundle that holds it, or remove `pin` to take the script that has the name today.",
    _STEP % '{"op": "call", "name": "r", "script": "risk", "pin": "b3:00", "args": {}}')
SOURCE_FIELD_UNKNOWN: Final = Code(
    "SOP-C005", "The source has no such field", "`sopwb data show NAME` lists its fields.",
    _STEP % '{"op": "fetch", "name": "c", "from": "customers", "fields": ["emial"]}')
NAME_TAKEN: Final = Code(
    "SOP-C006", "The name is already bound",
    "A name means one thing on every path, so that a trace can be read: choose another.",
    _STEP % '{"op": "math", "name": "a", "expr": "1"}, {"op": "math", "name": "a", "expr": "2"}')
UNREACHABLE: Final = Code(
    "SOP-C007", "A step that can never be reached", "Remove it, or change what ends the script before it.",
    _STEP % '{"op": "fail", "message": "\'stop\'"}, {"op": "say", "text": "\'never\'"}')
RETURN_MISSING: Final = Code(
    "SOP-C008", "A path neither returns nor fails",
    "`returns` is declared, so every path must give a value: add a `return` at the end, or an `else`.",
    '{"sop": 1, "returns": "int", "steps": []}')
RETURN_IN_EACH: Final = Code(
    "SOP-C009",
    "A return inside of each",
    "Items do not wait for each other, so none can end the rest: collect with `yield`, return after the loop.",
    _STEP % '{"op": "each", "from": "customers", "as": "c", "do": [{"op": "return"}]}',
)
RETURNS_UNDECLARED: Final = Code(
    "SOP-C010", "A value is returned but no `returns` is declared",
    "Declare what the script gives in `returns`, or return without a value.",
    _STEP % '{"op": "return", "value": "1"}')
ARGUMENT_MISSING: Final = Code(
    "SOP-C011", "An argument is missing", "Give it in `args`; only arguments of a type T? may be left out.",
    _STEP % '{"op": "tool", "tool": "email.send", "args": {}}')
ARGUMENT_UNKNOWN: Final = Code(
    "SOP-C012", "There is no such argument", "Take the name that is offered, or remove it.",
    _STEP % '{"op": "tool", "tool": "coupon.generate", "args": {"percent": "10"}}')
RESULT_FIELD_MISSING: Final = Code(
    "SOP-C013", "The returned value lacks a field", "Every field of `returns` needs a value.",
    '{"sop": 1, "returns": {"a": "int", "b": "int"}, "steps": [{"op": "return", "value": {"a": "1"}}]}')
RESULT_FIELD_UNKNOWN: Final = Code(
    "SOP-C014", "The returned value has a field that is not declared",
    "Add the field to `returns`, or take the name that is offered.",
    '{"sop": 1, "returns": {"a": "int"}, "steps": [{"op": "return", "value": {"a": "1", "b": "2"}}]}')
NOT_A_LIST: Final = Code(
    "SOP-C015", "each needs a list", "Give a list in `in`, or a data source in `from`.",
    _STEP % '{"op": "each", "in": "5", "as": "x", "do": []}')
NOT_ORDERED: Final = Code(
    "SOP-C016", "Values of this type have no order",
    "Order by a bool, number, string, date, timestamp or duration.",
    _STEP % '{"op": "fetch", "name": "c", "from": "customers", "order_by": ["it"]}')
EFFECT_WITHOUT_KEY: Final = Code(
    "SOP-C017",
    "An effect inside of each needs a source with a key",
    "The key says which item an effect was for, so that a resumed run never repeats it: declare `key` for the "
    "source in sopwb.toml, or loop over the source itself instead of a list.",
    _STEP
    % '{"op": "each", "in": "[1, 2]", "as": "n", "do": [{"op": "tool", "tool": "coupon.generate"}]}',
)
SECRET_RETURNED: Final = Code(
    "SOP-C018",
    "A secret cannot be returned",
    "A secret may be joined to a text and given to a tool, nothing else.",
    '{"sop": 1, "returns": {"code": "secret"}, "steps": []}',
)
RESULT_SHAPE: Final = Code(
    "SOP-C019", "An object is returned where `returns` is not one",
    "Write the value as one expression, or declare `returns` as an object.",
    '{"sop": 1, "returns": "int", "steps": [{"op": "return", "value": {"a": "1"}}]}')
CALL_UNPINNED: Final = Code(
    "SOP-C020", "A called script is a draft, so it has no identity yet",
    "Freeze the called script first; the call is then pinned to it.",
    'sopwb script freeze of a script that calls a draft')
FIELD_NOT_A_NAME: Final = Code(
    "SOP-C021", "A whole record is used, and one of its fields has no plain name",
    "Say which fields are meant, with `fields`.",
    _STEP % '{"op": "fetch", "name": "rows", "from": "a source with a column “Größe”"}')
READS_INVALID: Final = Code(
    "SOP-C022", "A frozen script's list of what it reads is damaged",
    "`sopwb store verify` finds out whether the store is; import the script again from a bundle.",
    'a canonical script without `reads`')

WRITE_REFUSED: Final = Code(
    "SOP-C023", "The source cannot be written",
    "Records of TinyDB, SQLite and PostgreSQL sources can be written, where sopwb.toml says `writable = true` under "
    "[data.NAME].",
    _STEP % '{"op": "write", "into": "prices", "mode": "delete", "key": "\'C1\'"}')
WRITE_WITHOUT_KEY: Final = Code(
    "SOP-C024", "The source has no key, so no record of it can be named",
    "Declare the field that identifies a record: `key` under [data.NAME] in sopwb.toml.",
    _STEP % '{"op": "write", "into": "lines", "mode": "delete", "key": "\'C1\'"}')
WRITE_KEY_WRONG: Final = Code(
    "SOP-C025", "The key of the record that is written is missing or given twice",
    "Give the key in `key`, or, where a record may be made, as its field in `record`. A record keeps its key: to "
    "give it another one, insert it anew and delete the old one.",
    _STEP % '{"op": "write", "into": "customers", "mode": "insert", "record": {"name": "\'Ann\'"}}')
WRITE_FIELD_MISSING: Final = Code(
    "SOP-C026", "The new record lacks a field",
    "Every record of the source has this field, so a new one needs it too: give it in `record`, or declare the "
    "field as a type T? in sopwb.toml.",
    _STEP % '{"op": "write", "into": "customers", "mode": "insert", "key": "\'C1\'", "record": {}}')

EDIT_UNKNOWN: Final = Code(
    "SOP-P101",
    "Not an edit",
    "Edits are set_signature insert replace remove move wrap unwrap rename set_return parameterize extract "
    "restore.",
    '{"edit": "delete", "at": "steps/0"}',
)
STEP_UNKNOWN: Final = Code(
    "SOP-P102", "There is no such step", "Name a step by its path (steps/2/then/0) or its id.",
    '{"edit": "remove", "at": "steps/99"}')
EDIT_IMPOSSIBLE: Final = Code(
    "SOP-P103", "The edit cannot be done here", "The message says what stands in its way.",
    '{"edit": "unwrap", "at": "steps/0"} where step 0 holds no steps')
RENAME_CLASH: Final = Code(
    "SOP-P104", "The new name is already used", "Choose a name that the script does not use yet.",
    '{"edit": "rename", "from": "total_spend", "to": "orders"}')
NAME_UNKNOWN: Final = Code(
    "SOP-P105", "The script has no such name", "Take the name that is offered.",
    '{"edit": "rename", "from": "total_spent", "to": "spend"}')
LITERAL_UNKNOWN: Final = Code(
    "SOP-P106",
    "There is no such literal",
    "Give the text of a number, quoted text or true/false as it stands in the expression.",
    '{"edit": "parameterize", "at": "steps/0/cond", "literal": "61", "name": "days"}',
)

CODES: Final[tuple[Code, ...]] = (
    NOT_JSON,
    NOT_AN_OBJECT,
    VERSION_UNKNOWN,
    FIELD_UNKNOWN,
    FIELD_MISSING,
    SHAPE_WRONG,
    OP_UNKNOWN,
    NAME_INVALID,
    NAME_RESERVED,
    TYPE_INVALID,
    TOO_LARGE,
    CHOICE_UNKNOWN,
    FIELDS_CLASH,
    NOT_NFC,
    STANDS_TWICE,
    OUT_OF_RANGE,
    EDIT_UNKNOWN,
    STEP_UNKNOWN,
    EDIT_IMPOSSIBLE,
    RENAME_CLASH,
    NAME_UNKNOWN,
    LITERAL_UNKNOWN,
    SOURCE_UNKNOWN,
    TOOL_UNKNOWN,
    SCRIPT_UNKNOWN,
    PIN_UNKNOWN,
    SOURCE_FIELD_UNKNOWN,
    NAME_TAKEN,
    UNREACHABLE,
    RETURN_MISSING,
    RETURN_IN_EACH,
    RETURNS_UNDECLARED,
    ARGUMENT_MISSING,
    ARGUMENT_UNKNOWN,
    RESULT_FIELD_MISSING,
    RESULT_FIELD_UNKNOWN,
    NOT_A_LIST,
    NOT_ORDERED,
    EFFECT_WITHOUT_KEY,
    SECRET_RETURNED,
    RESULT_SHAPE,
    CALL_UNPINNED,
    FIELD_NOT_A_NAME,
    READS_INVALID,
    WRITE_REFUSED,
    WRITE_WITHOUT_KEY,
    WRITE_KEY_WRONG,
    WRITE_FIELD_MISSING,
)
