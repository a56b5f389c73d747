"""The peer's half of the line "alike"; runs in bench/.venv and knows nothing of this project.

    python alike_peer.py names.json      then a number for each turn; answers with seconds

names.json: {"names": […], "questions": […], "piece": questions in a turn}.
"""

import json
import sys
from pathlib import Path
from time import process_time

from rapidfuzz import fuzz, process


def main() -> None:
    given = json.loads(Path(sys.argv[1]).read_text())
    names, piece = given["names"], given["piece"]
    for line in sys.stdin:
        first = int(line) * piece
        start = process_time()
        for question in given["questions"][first : first + piece]:
            process.extract(question, names, scorer=fuzz.ratio, limit=5, score_cutoff=60)
        print(process_time() - start, flush=True)


if __name__ == "__main__":
    main()
