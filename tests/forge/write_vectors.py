"""Write tests/vectors anew: `make vectors`. The same code gives the same bytes."""

import json
from pathlib import Path

from forge.lies import all_vectors

FOLDER = Path(__file__).parents[1] / "vectors"


def rendered() -> dict[str, bytes]:
    """Every file of the folder but its README, by its path there."""
    book = all_vectors()
    files = {f"archives/{name}.zip": data for name, data in book.files.items()}
    for vector in book.vectors:
        text = json.dumps(vector.to_json(), ensure_ascii=False, indent=1)
        files[f"{vector.name}.json"] = f"{text}\n".encode()
    return files


def main() -> None:
    files = rendered()
    for old in [*FOLDER.glob("*.json"), *FOLDER.glob("archives/*.zip")]:
        if old.relative_to(FOLDER).as_posix() not in files:
            old.unlink()
    (FOLDER / "archives").mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (FOLDER / name).write_bytes(data)
    print(f"{len(files)} files, {sum(map(len, files.values())):,} bytes")


if __name__ == "__main__":
    main()
