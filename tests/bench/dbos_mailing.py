"""The rival's batch: mails every customer with DBOS, in the way that its documentation shows.

    python -m tests.bench.dbos_mailing DATABASE PORT CUSTOMERS CONNECTIONS

One workflow puts a workflow a customer on a queue and waits for all; each has one step, which sends. Started again
after a kill, DBOS recovers what was pending. Deliberately not here: any protection that DBOS does not give by itself.
"""

from __future__ import annotations

import hashlib
import smtplib
import sys
import threading
from email.message import EmailMessage

from dbos import DBOS, DBOSConfig, SetWorkflowID

_database, _port, _customers, _connections = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
_local = threading.local()


@DBOS.step()
def send(number: int) -> str:
    server = getattr(_local, "server", None)
    if server is None:
        server = _local.server = smtplib.SMTP("127.0.0.1", _port)
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "shop@example.com", f"c{number:05d}@example.com", "We miss you"
    message["Message-ID"] = f"<{hashlib.sha256(b'%d' % number).hexdigest()}@example.com>"
    message.set_content("Your code is in this mail")
    server.send_message(message)
    return str(message["Message-ID"])


@DBOS.workflow()
def mail_one(number: int) -> str:
    return send(number)


@DBOS.workflow()
def mail_everybody(customers: int) -> int:
    handles = []
    for number in range(customers):
        with SetWorkflowID(f"mail-{number}"):
            handles.append(DBOS.enqueue_workflow("mails", mail_one, number))
    return sum(bool(handle.get_result()) for handle in handles)


def main() -> None:
    config: DBOSConfig = {
        "name": "mailing", "system_database_url": f"sqlite:///{_database}", "application_version": "1",
        "executor_id": "one", "log_level": "ERROR", "console_log_level": "ERROR",
    }  # fmt: skip
    DBOS(config=config)
    DBOS.launch()
    DBOS.register_queue("mails", worker_concurrency=_connections, polling_interval_sec=0.02)
    with SetWorkflowID("everybody"):
        handle = DBOS.start_workflow(mail_everybody, _customers)
    print(handle.get_result(), flush=True)
    DBOS.destroy()


if __name__ == "__main__":
    main()
