"""The model author: any language model writes the same Commands that a person can, through ``ModelClient``."""
