"""The TLS settings of every tool: certificates and host names are verified, always.

A server with a certificate of its own makes is trusted by naming its authority's file (``ca_file``), not by
looking away. Deliberately not here: connections.
"""

from __future__ import annotations

import ssl

from sopwb.tools.settings import wrong_setting


def client_context(section: str, ca_file: str) -> ssl.SSLContext:
    """Make the context of a tool's connections: the system's authorities, or those of ``ca_file`` alone (PEM).

    Raises ``UserError`` SOP-K004 where the file cannot be read.
    """
    try:
        context = ssl.create_default_context(cafile=ca_file or None)
    except (OSError, ssl.SSLError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "it is not a PEM file"
        raise wrong_setting(section, "ca_file", f"{ca_file}: {why}", "certificates in PEM") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
