"""Authoring by slash commands: no author at all, a line is a Command. ``table`` has them all."""
