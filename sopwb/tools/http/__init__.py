"""``http.get`` and ``http.request``: allowed origins, safe addresses, one exchange, what a status means."""
