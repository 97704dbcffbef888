"""What can be searched: one catalogue document a saved name, and how words find it.

    scripts  {NAME: {"name", "signature", "title", "sources", "tools", "words"}}
    jobs     {NAME: {"name", "script", "mocks", "words"}}
    schedules {NAME: {"name", "spec", "zone", "words"}}

Documents are written in the transaction that moves the name, so they never say what was not committed. They help to
find; refs decide. Deliberately not here: the fold and TinyDB (``store.catalogue``), which only a search imports.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sopwb.app.library import Job, Schedule
    from sopwb.store.store import Store

Delta = dict[str, dict[str, dict[str, Any] | None]]


def script_document(name: str, form: dict[str, Any], raw: dict[str, Any], signature: str) -> Delta:
    """Describe a frozen script: its signature, title, sources and tools, and all of them as words."""
    sources, tools = sorted(form.get("reads", {})), sorted(_tools(form.get("steps", [])))
    title = str(raw.get("title", "") or raw.get("note", ""))
    row = {"name": name, "signature": signature, "title": title, "sources": sources, "tools": tools}
    return {"scripts": {name: {**row, "words": _words(name, signature, title, *sources, *tools)}}}


def job_document(job: Job, script_name: str) -> Delta:
    row = {"name": job.name, "script": script_name, "mocks": list(job.mocks)}
    return {"jobs": {job.name: {**row, "words": _words(job.name, script_name, *job.mocks)}}}


def schedule_document(schedule: Schedule) -> Delta:
    row = {"name": schedule.name, "spec": schedule.words, "zone": schedule.zone}
    return {"schedules": {schedule.name: {**row, "words": _words(schedule.name, schedule.words)}}}


def gone(room: str, name: str) -> Delta:
    """Take a name's document away."""
    return {room: {name: None}}


def find_names(store: Store, text: str) -> frozenset[str]:
    """Find the names whose documents hold every word of ``text``, in any order, as parts of words."""
    from tinydb import where

    from sopwb.store.catalogue import Catalogue

    wanted = _words(text).split()
    catalogue = Catalogue(store)
    query = where("words").test(lambda words: all(word in words for word in wanted))
    return frozenset(
        str(found["name"]) for room in ("scripts", "jobs", "schedules") for found in catalogue.search(room, query)
    )


def _words(*texts: str) -> str:
    return " ".join(" ".join(texts).lower().replace("_", " ").replace(".", " ").split())


def _tools(steps: Any) -> set[str]:
    found: set[str] = set()
    for step in steps if isinstance(steps, list) else ():
        if step.get("op") == "tool":
            found.add(str(step["tool"]))
        for block in ("then", "else", "do"):
            found |= _tools(step.get(block, []))
    return found
