"""The diagnostics of the application: workspace (SOP-W), scripts by name (SOP-A), usage (SOP-U)."""

from __future__ import annotations

from typing import Final

from sopwb.kernel.diagnostics import Code

CODES: Final[tuple[Code, ...]] = (
    Code(
        "SOP-W001",
        "No workspace here",
        "Go to a folder with a sopwb.toml, name one with -w DIR, or make one with: sopwb init DIR",
        "sopwb -w /tmp script list",
    ),
    Code(
        "SOP-W002",
        "The workspace file cannot be read",
        "Check that sopwb.toml exists and that you may read it",
        "chmod 000 sopwb.toml",
    ),
    Code(
        "SOP-W003",
        "The workspace file is not TOML",
        "Mend the line that the message names",
        "[workspace\nname = 'shop'",
    ),
    Code(
        "SOP-W004",
        "Unknown setting in the workspace file",
        "See docs/command-line.md for the settings that exist",
        "[workspace]\ntimezon = 'UTC'",
    ),
    Code(
        "SOP-W005", "A setting has the wrong type or value", "Write what the message expects", "[workspace]\nname = 3"
    ),
    Code(
        "SOP-W006",
        "Unknown time zone",
        "Use an IANA name such as Europe/Berlin or UTC",
        "[workspace]\ntimezone = 'Berlin'",
    ),
    Code("SOP-W007", "The folder already holds a workspace", "Choose another folder", "sopwb init . (twice)"),
    Code("SOP-W008", "The folder cannot be written", "Choose a folder that you may write to", "sopwb init /proc/x"),
    Code("SOP-A001", "No such script or job", "sopwb script list shows what there is", "sopwb --run chek_churn_risk"),
    Code(
        "SOP-A002",
        "No such draft",
        "sopwb script list shows the drafts; sopwb script fork opens one from a frozen script",
        "sopwb script freeze nothing",
    ),
    Code(
        "SOP-A003",
        "The draft was changed meanwhile",
        "Look at it again, then repeat the change",
        "two windows edit one draft",
    ),
    Code("SOP-A004", "Nothing to undo or redo", "The draft is at the end of its history", "undo on a new draft"),
    Code("SOP-A005", "The name is taken", "Choose another name", "sopwb script rename a b, where b exists"),
    Code(
        "SOP-A006",
        "Not a name",
        "Use letters, digits and _, beginning with a letter, at most 64",
        "sopwb script rename a 'b c'",
    ),
    Code(
        "SOP-A007",
        "The draft does not check",
        "Mend what its diagnostics say, then freeze it",
        "sopwb script freeze half_done",
    ),
    Code(
        "SOP-A008",
        "A draft is not run for real",
        "Freeze it first, or look at what it would do with --dry-run",
        "sopwb --run my_draft",
    ),
    Code("SOP-A010", "No such schedule", "sopwb schedule list shows what there is", "sopwb schedule next nothing"),
    Code("SOP-A011", "No such run", "sopwb runs list shows the runs", "sopwb runs show b3:00"),
    Code(
        "SOP-A012",
        "The run cannot be replayed",
        "Its trace was not kept whole, or its sources changed since",
        "sopwb runs replay RUN",
    ),
    Code("SOP-A014", "The result cannot be written", "Choose a path that you may write to", "--output /proc/x.json"),
    Code(
        "SOP-A030",
        "No such version",
        "sopwb script history NAME lists the versions of a name; NAME@1 is the first that was frozen",
        "sopwb script show check_churn_risk@7",
    ),
    Code(
        "SOP-A031",
        "The output's name says no known format",
        "End it in .json (the whole run) or in .parquet, .csv or .jsonl (the items' results as a table)",
        "--output result.xlsx",
    ),
    Code(
        "SOP-A032",
        "The results are no table",
        "A table needs one loop that yields, or a returned value; an output that ends in .json holds any run",
        "--output result.csv, of a script that returns nothing",
    ),
    Code(
        "SOP-A033",
        "The script cannot be applied to the source",
        "It has to loop over the source once, or to take its key: --param NAME says by which parameter",
        "sopwb script diff check_churn_risk --on prices",
    ),
    Code(
        "SOP-A034",
        "The source has no key",
        "Name the field that identifies a record in sopwb.toml: results are compared record by record",
        "sopwb script diff check_churn_risk --on visits",
    ),
    Code(
        "SOP-A035",
        "The data changed while two runs were compared",
        "Compare again when the source is not being written",
        "sopwb script diff a b --on orders, while orders are imported",
    ),
    Code("SOP-A015", "No such job", "sopwb job list shows what there is", "sopwb job show nothing"),
    Code(
        "SOP-A016",
        "The memory limit is too low",
        "A run needs some memory beside its database; give it more",
        "sopwb --run weekly --limit-memory 10MB",
    ),
    Code(
        "SOP-A017",
        "Nothing to migrate, or a migration to be finished",
        "Only a store of the generation sop0 is migrated, once; sopwb store migrate finishes what was interrupted",
        "sopwb store migrate",
    ),
    Code(
        "SOP-A020",
        "There is nothing to go on with",
        "Only a run that is paused, failed, interrupted or in doubt goes on; sopwb runs show RUN says where it stands",
        "sopwb runs resume RUN, of a run that has succeeded",
    ),
    Code(
        "SOP-A021",
        "A run ended at an effect",
        "Mend what the message says and go on with: sopwb runs resume RUN; or pass over the effect with: sopwb runs "
        "resolve RUN --key KEY --abandon",
        "a mail server answers 550, and the step's on_error says fail",
    ),
    Code(
        "SOP-A022",
        "The planned effects are not those that were approved",
        "The journal was changed after the run was decided: nothing is done. Run the script again",
        "one byte of .sopwb/runs/RUN.journal edited before sopwb runs resume RUN",
    ),
    Code(
        "SOP-A023",
        "The run waits for an approval",
        "Look at it with sopwb runs show RUN, then say yes with sopwb runs approve RUN",
        "sopwb runs resume RUN, before anybody has approved it",
    ),
    Code(
        "SOP-A024",
        "A consent does not read",
        "Write the tool's name, and at most how many effects: TOOL=MAX",
        "--allow email.send=many",
    ),
    Code(
        "SOP-A025",
        "No such effect to resolve",
        "sopwb runs show RUN lists the effects that are in doubt or were rejected, with their keys",
        "sopwb runs resolve RUN --key ffff --done",
    ),
    Code(
        "SOP-A026",
        "The run has paused by itself",
        "Many effects in a row could not be done: mend what the tool says, and go on with: sopwb runs resume RUN",
        "the mail server is down",
    ),
    Code(
        "SOP-A027",
        "The run was never recorded",
        "Its process was killed before it had decided and recorded what to do, so nothing of it was done; where the "
        "store was put back to an older state, the message says what the run had done. Run the script again; the "
        "journal is put away with: sopwb runs cancel RUN",
        "sopwb runs resume RUN, of a run that was killed while it decided",
    ),
    Code(
        "SOP-A028",
        "No such state of an effect",
        "Effects are planned, done, in_doubt, rejected and so on; docs/runs.md has their states",
        "sopwb runs effects RUN --state sent",
    ),
    Code(
        "SOP-A040",
        "The schedule is at work",
        "A schedule's slots run one at a time: wait until the one that runs has ended, or see to its paused run",
        "sopwb schedule backfill weekly --from 2026-01-01T00:00:00Z, while the daemon runs a slot of it",
    ),
    Code(
        "SOP-A041",
        "Too many slots",
        "Say the span in parts",
        "sopwb schedule backfill every_minute --from 2026-01-01T00:00:00Z",
    ),
    Code(
        "SOP-A042",
        "A notice cannot be delivered",
        "It is kept, and delivered when the channel works: see to its URL, its secret, or install the extra notify",
        'urls = ["json://127.0.0.1:9"] in [notify], where nobody listens',
    ),
    Code(
        "SOP-A043",
        "No such notice",
        "sopwb notices list shows what there is",
        "sopwb notices read nothing",
    ),
    Code(
        "SOP-A050",
        "An example does not hold",
        "A script is frozen when its examples hold: mend the script, add the example anew, or remove it",
        "sopwb script freeze check_churn_risk, whose example for john_doe expects another result",
    ),
    Code(
        "SOP-A051",
        "The example does not fit the script",
        "Expect fields that the script returns, values of their types, the whole result, or that the run fails",
        "sopwb script example add check_churn_risk --input customer_id=john_doe --expect risk=true",
    ),
    Code(
        "SOP-A052",
        "No such example",
        "sopwb script example list NAME numbers the examples",
        "sopwb script example remove check_churn_risk 9",
    ),
    Code(
        "SOP-A053",
        "Too many examples",
        "Remove some that say the same of other inputs",
        "sopwb script example add check_churn_risk …, the 201st time",
    ),
    Code(
        "SOP-A054",
        "The word cannot be learned",
        "A learned word is another name for one data source or field, and nothing has it for its own name yet",
        "sopwb data learn orders customers",
    ),
    Code("SOP-A055", "No such learned word", "sopwb data words lists them", "sopwb data forget buyers"),
    Code("SOP-U001", "The command line does not read", "sopwb --help shows the commands", "sopwb scritp list"),
    Code(
        "SOP-U002", "Inputs do not read", "Write --input name=value, or --inputs with a JSON object", "--inputs '[1]'"
    ),
    Code(
        "SOP-U003", "Not an instant", "Write ISO 8601 with an offset, such as 2026-11-22T08:00:00Z", "--as-of yesterday"
    ),
    Code(
        "SOP-U004",
        "The workbench needs a terminal",
        "Start it in a terminal, or use the headless commands: sopwb --help",
        "sopwb | cat",
    ),
    Code(
        "SOP-U005",
        "Not built yet",
        "This version does not have it; docs/command-line.md says what it has",
        "sopwb serve",
    ),
    Code(
        "SOP-U006", "A turn does not read", "With --json each line is one JSON string", "echo hello | sopwb chat --json"
    ),
)
