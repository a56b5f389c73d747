"""A file appears whole or not at all, and who could not write it says which."""

import errno
from pathlib import Path

import pytest

from keys.whole_files import writing_whole


def test_a_full_disk_leaves_the_old_file_and_names_it(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    path.write_text("old")

    def fill() -> None:
        with writing_whole(path) as out:
            out.write(b"ne")
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space left") as refused:
        fill()
    assert refused.value.filename == str(path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
