"""`python -m plugins.ghost`: receive Ghost's webhooks until the process is told to stop.

GHOST_WEBHOOK_SECRET is the secret that the webhooks have in Ghost, FOREWARN_URL and FOREWARN_KEY
are as for any caller.
"""

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from ..recipes.forewarn_client import Forewarn
from .checking import Checking, log
from .receiver import Receiver
from .waiting import Waiting

TOTAL = 30.0  # seconds for an answer: nobody sits and waits


def main() -> None:
    """Read the options, listen, work."""
    parser = argparse.ArgumentParser(prog="python -m plugins.ghost", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8800, help="port; 0 takes any free one")
    parser.add_argument("--database", type=Path, default=Path("forewarn-ghost.db"), help="file")
    parser.add_argument("--patience", type=float, default=5.0, help="seconds until a second try")
    arguments = parser.parse_args()
    secret = os.environ.get("GHOST_WEBHOOK_SECRET", "")
    if len(secret) < 16:
        sys.exit(
            "GHOST_WEBHOOK_SECRET is missing or short. Expected: the secret of the webhooks in "
            "Ghost, 16 characters or more. Without one anybody could send articles."
        )
    waiting = Waiting(arguments.database)
    checking = Checking(waiting, Forewarn.from_environment(total=TOTAL), arguments.patience)
    with Receiver((arguments.host, arguments.port), secret, waiting, checking) as receiver:
        for number in (signal.SIGTERM, signal.SIGINT):
            # In a thread of its own: shutdown waits for serve_forever, which the signal interrupts.
            signal.signal(number, lambda *_: threading.Thread(target=receiver.shutdown).start())
        checking.start()
        log("listening", host=arguments.host, port=receiver.server_address[1])
        receiver.serve_forever(poll_interval=0.1)
    checking.stop()
    checking.join()
    waiting.close()


if __name__ == "__main__":
    main()
