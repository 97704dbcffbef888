"""The offline author: a compiler from controlled English to scripts, without a model, a key or a network."""
