"""Exit codes, as docs/command-line.md fixes them."""

from typing import Final

DONE: Final = 0
FAILED: Final = 1
USAGE: Final = 2
DEAD_LETTERS: Final = 3
NEEDS_ATTENTION: Final = 4
WAITING_APPROVAL: Final = 5
INTERRUPTED: Final = 130
