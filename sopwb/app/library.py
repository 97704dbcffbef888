"""The library: what the store holds by name – drafts, frozen scripts, jobs, schedules – as typed records.

Formats of the objects (all JSON; ids by ``kernel.ids``)::

    script    the canonical form (lang.canonical)                         ref script/NAME
    draft     {"name", "script": raw, "parent": id|"", "edit": words}     ref draft/NAME
    note      {"script": id, "name", "raw": the draft as frozen}          ref note/HASH
    job       {"job": 1, "script", "inputs", "output", "mocks", …}        ref job/NAME
    schedule  {"schedule": 1, "job", "spec", "words", "zone", …}          ref schedule/NAME

An archived name is a ref that points to nothing; its history stays. Deliberately not here: checking and
running (``app.compile``, ``app.execute``), and when a change is allowed (the handlers).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from sopwb.app.searching import job_document, schedule_document, script_document
from sopwb.app.signatures import signature_line
from sopwb.kernel.canonical import canonical_bytes, json_text, parse_json
from sopwb.kernel.diagnostics import Diagnostic, UserError, nearest_name
from sopwb.kernel.limits import NAME_CHARS_MAX
from sopwb.lang.canonical import draft_of
from sopwb.store.errors import Ambiguous, Unknown

if TYPE_CHECKING:
    from sopwb.store.store import Store, Transaction


class Draft(msgspec.Struct, frozen=True):
    """A revision of a draft: ``rev`` is its id, ``parent`` the revision before it ("" for the first)."""

    name: str
    rev: str
    script: dict[str, Any]
    parent: str
    edit: str


class Job(msgspec.Struct, frozen=True):
    """A batch job: a pinned script with everything that a run of it is given."""

    name: str
    hash: str
    script: str
    inputs: dict[str, Any]
    output: str
    mocks: tuple[str, ...]
    consent: tuple[tuple[str, int | None], ...] = ()
    """Tools that its runs may act with, and how many effects at most (None: any number)."""


class Schedule(msgspec.Struct, frozen=True):
    """When a job runs: ``spec`` as ``schedule.spec`` writes it, ``words`` as the person said it."""

    name: str
    job: str
    spec: dict[str, Any]
    words: str
    zone: str
    missed: str = "latest"
    overlap: str = "skip"
    paused: bool = False
    since: str = ""
    """The instant after which its due times count (ISO 8601, UTC): when it was last added, edited or resumed."""


class Library:
    """Names to records and back, over one store."""

    def __init__(self, store: Store) -> None:
        self.store = store

    # --- names -------------------------------------------------------------------------------------

    def names(self, room: str) -> dict[str, str]:
        """Give the live names of ``room`` (script, draft, job, schedule) with the ids they point to."""
        cut = len(room) + 1
        return {ref[cut:]: id_ for ref, id_ in self.store.refs(room + "/").items()}

    def resolve(self, ref: str, kinds: tuple[str, ...] = ("script",)) -> str:
        """Find the id that ``ref`` (a name, a hash or a prefix of one) means. Raises ``UserError`` SOP-A001."""
        for kind in kinds:
            found = self.store.ref(f"{kind}/{ref}") if is_name(ref) else None
            if found is not None:
                return found
        if ref.startswith(("b3:", "#")):
            try:
                return self.store.resolve(ref, kinds)
            except Ambiguous as error:
                raise UserError(
                    Diagnostic(
                        "SOP-A001", f"{ref} could be any of {', '.join(error.candidates[:5])}", hint="give more digits"
                    )
                ) from None
            except Unknown:
                raise UserError(Diagnostic("SOP-A001", f"there is no object {ref}")) from None
        known = sorted({name for kind in (*kinds, "draft") for name in self.names(kind)})
        raise UserError(
            Diagnostic(
                "SOP-A001", f"there is no {' or '.join(kinds)} {ref!r}", found=ref, nearest=nearest_name(ref, known)
            )
        )

    def pinned(self, ref: str) -> str:
        """Give the id that ``NAME@N`` (the N-th version frozen under a name, from 1) or ``draft:NAME`` means.

        Any other reference comes back as it is. Raises ``UserError`` SOP-A030 and SOP-A002.
        """
        if ref.startswith("draft:"):
            return self.need_draft(ref.removeprefix("draft:")).rev
        name, at, number = ref.rpartition("@")
        if not at or not is_name(name):
            return ref
        versions = [change.new for change in self.store.ref_history(f"script/{name}") if change.new]
        if not versions:
            self.resolve(name)
        if not (number.isascii() and number.isdecimal() and 1 <= int(number) <= len(versions)):
            raise UserError(
                Diagnostic(
                    "SOP-A030",
                    f"{name} has no version {number!r}",
                    found=ref,
                    expected=f"{name}@1 to {name}@{len(versions)}",
                    hint=f"sopwb script history {name}",
                )
            )
        return versions[int(number) - 1]

    def need_frozen(self, ref: str) -> None:
        """Raise ``UserError`` SOP-A001 where ``ref`` means nothing that is frozen."""
        self.resolve(self.pinned(ref), ("script", "job"))

    def named(self, ref: str, script: str) -> str:
        """Give the name that a reference to a frozen script says, else one that the script is known by."""
        name = ref.removeprefix("draft:").partition("@")[0]
        return name if is_name(name) else self.name_of(script) or ref

    def name_of(self, script: str) -> str:
        """Give the name that a frozen script was last known by, or "" ."""
        for name, id_ in self.names("script").items():
            if id_ == script:
                return name
        note = self.note(script)
        return str(note["name"]) if note else ""

    # --- drafts ------------------------------------------------------------------------------------

    def draft(self, name: str) -> Draft | None:
        rev = self.store.ref(f"draft/{name}")
        return None if rev is None else msgspec.structs.replace(self.draft_at(rev), name=name)

    def draft_at(self, rev: str) -> Draft:
        _, payload = self.store.get(rev)
        raw = parse_json(payload)
        return Draft(raw["name"], rev, raw["script"], raw["parent"], raw["edit"])

    def need_draft(self, name: str) -> Draft:
        """Give the draft or raise ``UserError`` SOP-A002."""
        draft = self.draft(name)
        if draft is None:
            raise UserError(
                Diagnostic(
                    "SOP-A002",
                    f"there is no draft {name!r}",
                    found=name,
                    nearest=nearest_name(name, self.names("draft")),
                )
            )
        return draft

    def put_draft(self, tx: Transaction, name: str, script: dict[str, Any], parent: Draft | None, edit: str) -> str:
        """Store a revision and move the draft's ref to it. Gives the revision."""
        body = {"name": name, "script": script, "parent": parent.rev if parent else "", "edit": edit}
        rev = tx.put("draft", json_text(body).encode())
        tx.set_ref(f"draft/{name}", rev, old=parent.rev if parent else None, why=edit)
        return rev

    # --- frozen scripts ----------------------------------------------------------------------------

    def canonical(self, script: str) -> dict[str, Any]:
        """Give the canonical form of a frozen script, verified against its hash by the store."""
        try:
            kind, payload = self.store.get(script)
        except Unknown:
            raise UserError(Diagnostic("SOP-A001", f"there is no script {script}")) from None
        if kind != "script":
            raise UserError(Diagnostic("SOP-A001", f"{script} is a {kind}, not a script"))
        form: dict[str, Any] = parse_json(payload)
        return form

    def note(self, script: str) -> dict[str, Any] | None:
        id_ = self.store.ref(f"note/{script}")
        if id_ is None:
            return None
        found: dict[str, Any] = parse_json(self.store.get(id_)[1])
        return found

    def raw(self, script: str) -> dict[str, Any]:
        """Give a frozen script as a person wrote it (labels, notes, names of calls), else one that means the same."""
        note = self.note(script)
        return note["raw"] if note else draft_of(self.canonical(script))

    def put_script(self, tx: Transaction, name: str, form: dict[str, Any], raw: dict[str, Any], why: str) -> str:
        """Freeze: store the canonical form and the note, move the name. Gives the hash."""
        id_ = tx.put("script", canonical_bytes(form))
        old = self.store.ref(f"script/{name}")
        if old != id_:
            tx.set_ref(f"script/{name}", id_, old=old, why=why)
        note = tx.put("note", json_text({"script": id_, "name": name, "raw": raw}).encode())
        before = self.store.ref(f"note/{id_}")
        if before != note:
            tx.set_ref(f"note/{id_}", note, old=before, why=why)
        tx.catalogue(script_document(name, form, raw, signature_line(name, form)))
        return id_

    def put_unnamed(self, tx: Transaction, form: dict[str, Any]) -> str:
        """Store the canonical form of a script that only others call. Gives the hash."""
        return tx.put("script", canonical_bytes(form))

    # --- jobs and schedules --------------------------------------------------------------------------

    def job(self, name: str) -> Job | None:
        id_ = self.store.ref(f"job/{name}")
        return None if id_ is None else self.job_at(name, id_)

    def job_at(self, name: str, id_: str) -> Job:
        raw = parse_json(self.store.get(id_)[1])
        consent = tuple((entry["tool"], entry["effects_max"]) for entry in raw["consent"])
        return Job(name, id_, raw["script"], raw["inputs"], raw["output"], tuple(raw["mocks"]), consent)

    def put_job(self, tx: Transaction, job: Job, why: str) -> str:
        body = {
            "job": 1,
            "script": job.script,
            "inputs": job.inputs,
            "output": job.output,
            "mocks": sorted(job.mocks),
            "consent": [{"tool": tool, "effects_max": most} for tool, most in sorted(job.consent)],
            "concurrency": 1,
            "on_failure": "abort",
            "snapshot": False,
        }
        id_ = tx.put("job", canonical_bytes(body))
        old = self.store.ref(f"job/{job.name}")
        if old != id_:
            tx.set_ref(f"job/{job.name}", id_, old=old, why=why)
        tx.catalogue(job_document(job, self.name_of(job.script) or job.name))
        return id_

    def schedule(self, name: str) -> Schedule | None:
        id_ = self.store.ref(f"schedule/{name}")
        if id_ is None:
            return None
        raw = parse_json(self.store.get(id_)[1])
        return Schedule(
            name, raw["job"], raw["spec"], raw["words"], raw["zone"], raw["missed"], raw["overlap"], raw["paused"],
            raw.get("since") or self.store.ref_history(f"schedule/{name}")[-1].time.isoformat(),
        )  # fmt: skip

    def put_schedule(self, tx: Transaction, schedule: Schedule, why: str) -> str:
        body = {
            "schedule": 1,
            "job": schedule.job,
            "spec": schedule.spec,
            "words": schedule.words,
            "zone": schedule.zone,
            "missed": schedule.missed,
            "overlap": schedule.overlap,
            "paused": schedule.paused,
            "since": schedule.since,
        }
        id_ = tx.put("schedule", canonical_bytes(body))
        old = self.store.ref(f"schedule/{schedule.name}")
        if old != id_:
            tx.set_ref(f"schedule/{schedule.name}", id_, old=old, why=why)
        tx.catalogue(schedule_document(schedule))
        return id_


def is_name(text: str) -> bool:
    """Whether ``text`` may name a script, draft, job or schedule."""
    return (
        0 < len(text) <= NAME_CHARS_MAX
        and text.isascii()
        and text[0].isalpha()
        and all(c.isalnum() or c == "_" for c in text)
    )


def need_name(text: str) -> None:
    """Raise ``UserError`` SOP-A006 where ``text`` is not a name."""
    if not is_name(text):
        raise UserError(
            Diagnostic(
                "SOP-A006",
                f"{text!r} is not a name",
                found=text,
                expected="letters, digits and _, beginning with a letter",
            )
        )
