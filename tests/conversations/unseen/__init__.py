"""Conversation cases by people who had not seen the program, with a model's recorded session beside each."""
