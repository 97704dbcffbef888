"""A plain Python program for every fresh conversation case, in the form of ``tests.conversations.reference``."""
