"""``email.send``: addresses, messages, connections to a mail server, and a server for demonstrations."""
