"""Conversation cases in further domains, with their references: a measure that nothing was fitted to."""
