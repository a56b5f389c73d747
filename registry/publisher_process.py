"""The publisher as a process: `python -m registry.publisher_process --home DIR`. Started by `akashi-registry serve`."""

import argparse
import logging
import signal
import sys
import threading
from pathlib import Path
from queue import SimpleQueue

from keys.file_signer import KeyFileError
from keys.passphrase import read_passphrase
from keys.signer import SignerUnavailableError
from registry.commands import make_publisher
from registry.publisher import ClosedError, Publisher
from registry.ratchet import RatchetBusyError, RatchetError
from registry.sequencer import ForkError
from registry.settings import Settings, SettingsError

__all__ = ["STOPPED", "main"]

STOPPED = 3  # exit code: must not be started again before somebody has looked
STANDBY = 1.0  # seconds between tries while another publisher is active

log = logging.getLogger("akashi.publisher")


def main() -> int:
    """Publish until SIGTERM; stand by while another publisher is active."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path, required=True)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    stop = _told_to_stop()
    try:
        publisher = _open(Settings.load(arguments.home), stop)
        if publisher is None:
            return 0
        log.info("publishing %s", publisher.files.home)
        publisher.run(stop)
        publisher.close()
    except (
        ClosedError,
        ForkError,
        RatchetError,
        SettingsError,
        KeyFileError,
        SignerUnavailableError,
    ) as error:
        log.critical("publishing stopped: %s", error)
        return STOPPED
    return 0


def _told_to_stop() -> threading.Event:
    """Give an event that SIGTERM or SIGINT sets, however many of them come at once.

    A handler must not set it: a second signal in the middle of `set` would wait for the lock the first one holds.
    """
    stop = threading.Event()
    told: SimpleQueue[None] = SimpleQueue()

    def wait() -> None:
        told.get()
        stop.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: told.put(None))
    threading.Thread(target=wait, name="told to stop", daemon=True).start()
    return stop


def _open(settings: Settings, stop: threading.Event) -> Publisher | None:
    passphrase: list[bytes] = []  # asked for once, not at every try

    def ask() -> bytes:
        if not passphrase:
            passphrase.append(read_passphrase(None, prompt="passphrase of the log and status keys"))
        return passphrase[0]

    said = False
    while not stop.is_set():
        try:
            return make_publisher(settings, passphrase=ask)
        except RatchetBusyError as error:
            if not said:
                log.info("standing by: %s", error)
                said = True
            stop.wait(STANDBY)
    return None


if __name__ == "__main__":
    sys.exit(main())
