"""Conversation cases by people who had not seen the program, written after those of ``unseen``."""
