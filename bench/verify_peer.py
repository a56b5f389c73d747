"""The peers' half of line 2; runs in bench/.venv and knows nothing of this project.

    python verify_peer.py marks.json      then a line of input for each turn: peer, number; answers with seconds

marks.json: {"keys": {kid: public}, "marks": {peer: [mark]}, "piece": marks in a turn}, keys and marks in hex.
"""

import json
import sys
from pathlib import Path
from time import process_time

import cwt
from pycose.headers import KID
from pycose.keys import OKPKey
from pycose.messages import Sign1Message


def main() -> None:
    given = json.loads(Path(sys.argv[1]).read_text())
    keys = {bytes.fromhex(kid): bytes.fromhex(public) for kid, public in given["keys"].items()}
    marks = {name: [bytes.fromhex(mark) for mark in listed] for name, listed in given["marks"].items()}
    piece = given["piece"]
    ours = [cwt.COSEKey.new({1: 1, -1: 6, -2: public, 3: -19, 2: kid}) for kid, public in keys.items()]
    theirs = {kid: OKPKey(crv="ED25519", x=public) for kid, public in keys.items()}

    def run_cwt(some: list[bytes]) -> None:
        for mark in some:
            cwt.decode(mark, ours)

    def run_pycose(some: list[bytes]) -> None:
        for mark in some:
            message = Sign1Message.decode(mark)
            message.key = theirs[message.phdr[KID]]
            if not message.verify_signature():
                raise AssertionError("a mark does not verify")

    runs = {"cwt": run_cwt, "pycose": run_pycose}
    for line in sys.stdin:
        name, turn = line.split()
        first = int(turn) * piece % len(marks[name])
        some = marks[name][first : first + piece]
        start = process_time()
        runs[name](some)
        print(process_time() - start, flush=True)


if __name__ == "__main__":
    main()
