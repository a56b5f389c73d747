"""A web process: `python -m registry.web_process --listener FD`, with AKASHI_HOME set. Started by `akashi-registry serve`.

The listening socket is inherited, and shared with the other web processes: while one of them is started anew, the others answer.
"""

import argparse
import logging
import resource
import signal
import socket
import sys

from registry.app import from_environment
from registry.settings import SettingsError
from registry.web_server import Bounds, WebServer

__all__ = ["main"]

OTHER_FILES = 500  # tiles, databases, pipes


def main() -> int:
    """Answer until SIGTERM, and then what has come whole."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--listener", type=int, required=True, metavar="FD")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # that all threads are at work is no news
    try:
        server = WebServer(from_environment(), socket.socket(fileno=arguments.listener), bounds=_bounds())
    except SettingsError as error:
        logging.getLogger("akashi.registry").critical("%s", error)
        return 2
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: server.stop())
    server.run()
    return 0


def _bounds() -> Bounds:
    """Have as many connections as there may be open files, and room for what else is opened."""
    usual = Bounds().connections
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < usual + OTHER_FILES:
        soft = min(usual + OTHER_FILES, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return Bounds(connections=max(1, min(usual, soft - OTHER_FILES)))


if __name__ == "__main__":
    sys.exit(main())
