"""The program's door: chooses the face. With words, the command line; without, the workbench."""

from __future__ import annotations

import gc
import sys
from typing import Final

GARBAGE_CHECK_OBJECTS: Final = 50_000
"""New objects between two looks for garbage in cycles; the program makes few of those."""


def main() -> int:
    """Run ``sopwb`` with the process's arguments. Gives its exit code."""
    # Starting makes thousands of lasting objects; looking for garbage among them every 700 costs 3 ms.
    gc.set_threshold(GARBAGE_CHECK_OBJECTS)
    from sopwb.cli.main import command_line

    return command_line(sys.argv[1:], open_screen)


def open_screen(folder: str | None, as_of: str) -> int:
    """Open the workbench on a workspace. Textual is imported only here and below."""
    from sopwb.app.workbench import open_workbench
    from sopwb.author.dialogue import Dialogue
    from sopwb.author.model.choosing import choose_author
    from sopwb.tui.app import run
    from sopwb.tui.watching import Watched

    bench = open_workbench(folder, as_of)
    try:
        seen = Watched(bench)  # so that the trace pane sees the runs that the dialogue makes

        def talk() -> Dialogue:
            settings = bench.workspace
            author = choose_author(
                seen, as_of, model=settings.model, api_base=settings.api_base, share_rows=settings.share_rows
            )
            return Dialogue(seen, as_of=as_of, author=author)

        return run(seen, talk, as_of)
    finally:
        bench.close()


if __name__ == "__main__":
    sys.exit(main())
