"""The codes of diagnostics that running raises: SOP-R###. A number, once given, is never used for something
else.

001–019 inputs · 020–029 a script against the live sources · 030–059 while deciding · 060–079 replay.
Deliberately not here: run errors of expressions (``expression_codes``) and of tools (``sopwb.tools.codes``).
"""

from __future__ import annotations

from typing import Final

from sopwb.kernel.diagnostics import Code

INPUT_MISSING: Final = "SOP-R001"
INPUT_UNKNOWN: Final = "SOP-R002"
INPUT_TYPE: Final = "SOP-R003"
INPUT_SECRET: Final = "SOP-R004"

SOURCE_GONE: Final = "SOP-R020"
KEY_CHANGED: Final = "SOP-R021"
FIELD_LOST: Final = "SOP-R022"
FIELD_CHANGED: Final = "SOP-R023"
WRITE_CHANGED: Final = "SOP-R024"

CONTRACT_NULL: Final = "SOP-R030"
NOT_FOUND: Final = "SOP-R031"
SEVERAL_FOUND: Final = "SOP-R032"
LIMIT_NEGATIVE: Final = "SOP-R033"
KEY_TWICE: Final = "SOP-R034"
SCRIPT_FAILED: Final = "SOP-R035"
CALLS_ITSELF: Final = "SOP-R037"
CALLS_TOO_DEEP: Final = "SOP-R038"
NESTED_TOO_DEEP: Final = "SOP-R039"
CANCELLED: Final = "SOP-R040"
RECORD_MISSING: Final = "SOP-R041"
RECORD_THERE: Final = "SOP-R042"

RECORD_INCOMPLETE: Final = "SOP-R060"
RECORD_LACKS: Final = "SOP-R061"

CODES: Final[tuple[Code, ...]] = (
    Code(
        INPUT_MISSING,
        "an input is missing",
        "Give every parameter a value; only one whose type ends in ? may be left out.",
        "sopwb --run check_churn_risk  (without --input customer_id=C1)",
    ),
    Code(
        INPUT_UNKNOWN,
        "an input that the script does not take",
        "Use one of the script's parameters; the nearest name is shown.",
        "sopwb --run check_churn_risk --input costumer_id=C1",
    ),
    Code(
        INPUT_TYPE,
        "an input that its parameter's type cannot take",
        "Write dates as 2026-01-31, instants as 2026-01-31T09:00:00Z, durations as 1h30m, lists as JSON.",
        "--input since=31.01.2026 for a parameter of type date",
    ),
    Code(
        INPUT_SECRET,
        "a secret as an input",
        "Secrets are never inputs: name them in sopwb.toml as secret://name where a tool needs them.",
        "--input code=XYZ for a parameter of type secret",
    ),
    Code(
        SOURCE_GONE,
        "a source that the script reads is not declared any more",
        "Declare it again in sopwb.toml under [data.NAME], or edit the script.",
        "[data.orders] was removed",
    ),
    Code(
        KEY_CHANGED,
        "a source is now identified by another field",
        "Restore its key in sopwb.toml, or check and freeze the script again.",
        '[data.orders] key = "number" where the script was frozen with id',
    ),
    Code(
        FIELD_LOST,
        "a source lost a field that the script reads",
        "Restore the field, or edit the script and freeze it again.",
        "customers.json no longer has email",
    ),
    Code(
        FIELD_CHANGED,
        "a field changed its type since the script was checked",
        "Declare the field's type in sopwb.toml, or check and freeze the script again.",
        "orders.total was decimal and is now string",
    ),
    Code(
        CONTRACT_NULL,
        "a null where the script was promised a value",
        "Mend the record, or check the script against the data as it is: it will ask what to do about nulls.",
        "customer C7 has no email, and the script was frozen when every customer had one",
    ),
    Code(
        NOT_FOUND,
        "a record that must exist was not found",
        'Correct what is sought, or use one: "optional" and say what happens without it.',
        "customer_id = C999",
    ),
    Code(
        SEVERAL_FOUND,
        "several records where one was asked for",
        "Narrow the condition, or say which one by order_by.",
        "one: \"required\" where it.city == 'Berlin'",
    ),
    Code(LIMIT_NEGATIVE, "a limit below 0", "Give a limit of 0 or more.", "limit: size(xs) - 10"),
    Code(
        KEY_TWICE,
        "two records have the same key",
        "Mend the data: effects are told apart by the key of their record.",
        "customers.json has C1 twice",
    ),
    Code(
        SCRIPT_FAILED,
        "the script ended itself with an error",
        "The message is the script's own: a fail step was reached.",
        '{"op": "fail", "message": "\'no manager for \' + team"}',
    ),
    Code(
        CALLS_ITSELF,
        "a draft calls itself",
        "Drafts are called by name and could go round for ever; frozen scripts cannot.",
        "a draft audit whose step calls audit",
    ),
    Code(
        CALLS_TOO_DEEP,
        "scripts call scripts too deeply",
        "Merge some of the scripts in between.",
        "a tower of more than 64 calls",
    ),
    Code(
        NESTED_TOO_DEEP,
        "steps are nested too deeply to run",
        "Move nested steps to a script of their own, or merge called scripts.",
        "32 nested ifs in each of 64 scripts that call one another",
    ),
    Code(
        CANCELLED,
        "the run was cancelled",
        "Nothing was done. Run it again when you want to.",
        "Ctrl-C while deciding",
    ),
    Code(
        WRITE_CHANGED,
        "a source no longer takes what a frozen script writes",
        "The source was declared read-only, or the types of its fields changed. Mend the data or its declaration, or "
        "edit the script and freeze it again.",
        "orders.total is an int now, and the script writes decimals",
    ),
    Code(
        RECORD_MISSING,
        "a record that is to be changed or deleted is not there",
        "Nothing was done. Correct the key, or use the mode upsert, which makes a record that is not there.",
        '{"op": "write", "into": "orders", "mode": "update", "key": "\'o9999\'", "record": {"status": "\'paid\'"}}',
    ),
    Code(
        RECORD_THERE,
        "a record that is to be inserted is there already",
        "Nothing was done. Correct the key, or use the mode upsert, which changes a record that is there.",
        '{"op": "write", "into": "orders", "mode": "insert", "key": "\'o0001\'", "record": {"status": "\'new\'"}}',
    ),
    Code(
        RECORD_INCOMPLETE,
        "the run did not keep the records that it fetched",
        "Only single runs that fetch up to 1 MiB keep them; run the script again against its sources.",
        "sopwb runs replay RUN of a batch",
    ),
    Code(
        RECORD_LACKS,
        "the replayed script asks for records that the run did not fetch",
        "The run's record is of another script or was changed.",
        "a record edited by hand",
    ),
)
