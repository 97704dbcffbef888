"""Writing sources: effects of ``write`` steps, done in chunks, each write once.

``actor`` gathers what the journal's loop hands it into chunks; ``sqlite`` and ``tinydb`` do a chunk in one transaction
that also holds the effects' keys, so that the source itself knows what was done. Deliberately not here: deciding.
"""
