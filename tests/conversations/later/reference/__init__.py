"""A plain Python program for every later conversation case, in the form of ``tests.conversations.reference``."""
