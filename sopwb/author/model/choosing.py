"""Which author a workspace has: the offline one, or a model with its key. Nothing heavy is loaded here.

A key comes from the environment or the system's keyring, never from a file of the workspace. A key that is meant for a
provider (``OPENAI_API_KEY`` …) is never sent to an ``api_base``: a workspace's file could name any address. Such an
address gets ``SOPWB_MODEL_KEY`` if it was typed or is this machine, else what the keyring holds for its host.
"""

from __future__ import annotations

import os
from typing import Final
from urllib.parse import urlsplit

from sopwb.author.bench import Bench
from sopwb.author.model.port import OnText
from sopwb.author.port import Author
from sopwb.vault.lookup import kept

OFFLINE: Final = "offline"
KEY_VARIABLE: Final = "SOPWB_MODEL_KEY"
NO_KEY: Final = "none"
"""What a local server without keys is sent: clients insist on some."""
_HERE: Final = ("127.0.0.1", "localhost", "::1")


def choose_author(
    bench: Bench,
    as_of: str,
    *,
    model: str,
    api_base: str = "",
    typed: bool = False,
    share_rows: tuple[str, ...] = (),
    on_text: OnText = lambda text: None,
) -> Author:
    """Make the author of a conversation. ``typed``: the person gave ``api_base`` just now, it is from no file."""
    if not model or model == OFFLINE:
        from sopwb.author.english.author import OfflineAuthor

        return OfflineAuthor(bench, as_of)
    from sopwb.author.model.author import ModelAuthor
    from sopwb.author.model.litellm_client import LitellmClient

    client = LitellmClient(model, api_base, _key(model, api_base, typed))
    return ModelAuthor(bench, client, as_of, share_rows=share_rows, on_text=on_text)


def _key(model: str, api_base: str, typed: bool) -> str:
    """Find the key for a model; "" leaves a provider's own variable to its client."""
    given = os.environ.get(KEY_VARIABLE, "")
    if not api_base:
        return given or kept(model.partition("/")[0])
    host = urlsplit(api_base).hostname or ""
    if given and (typed or host in _HERE):
        return given
    return kept(host) or NO_KEY
