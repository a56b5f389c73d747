"""The peers' half of lines 1 and 2; runs in bench/.venv and knows nothing of this project.

    python verify_peer.py marks.json      then on each line of input a peer's name; answers with seconds

marks.json: {"keys": {kid: public}, "marks": {peer: [mark]}}, all in hex.
"""

import json
import sys
from pathlib import Path
from time import perf_counter

import cwt
from pycose.headers import KID
from pycose.keys import OKPKey
from pycose.messages import Sign1Message


def main() -> None:
    given = json.loads(Path(sys.argv[1]).read_text())
    keys = {bytes.fromhex(kid): bytes.fromhex(public) for kid, public in given["keys"].items()}
    marks = {name: [bytes.fromhex(mark) for mark in listed] for name, listed in given["marks"].items()}
    ours = [cwt.COSEKey.new({1: 1, -1: 6, -2: public, 3: -19, 2: kid}) for kid, public in keys.items()]
    theirs = {kid: OKPKey(crv="ED25519", x=public) for kid, public in keys.items()}

    def run_cwt() -> None:
        for mark in marks["cwt"]:
            cwt.decode(mark, ours)

    def run_pycose() -> None:
        for mark in marks["pycose"]:
            message = Sign1Message.decode(mark)
            message.key = theirs[message.phdr[KID]]
            if not message.verify_signature():
                raise AssertionError("a mark does not verify")

    runs = {"cwt": run_cwt, "pycose": run_pycose}
    for line in sys.stdin:
        start = perf_counter()
        runs[line.strip()]()
        print(perf_counter() - start, flush=True)


if __name__ == "__main__":
    main()
