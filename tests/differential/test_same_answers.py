"""Python and the browser read the same and refuse the same, for the same reason: by tens of thousands, from a seed."""

from collections.abc import Callable, Iterator
from itertools import islice
from random import Random

import pytest

from differential import archives, documents, objects, texts
from differential.asked import Browser, Question, differences

# What is asked, and how often: about a second each.
KINDS: dict[str, tuple[Callable[[Random], Iterator[Question]], int]] = {
    "texts": (texts.texts, 12_000),
    "mark numbers": (texts.numbers, 8_000),
    "organisations": (texts.organisations, 10_000),
    "names of lists": (texts.list_names, 3_000),
    "signed objects and leaves": (objects.objects, 6_000),
    "checkpoints and proofs": (objects.proofs, 6_000),
    "heads that extend others": (objects.extensions, 3_000),
    "keys": (objects.keys, 2_000),
    "signatures": (objects.signatures, 2_000),
    "trust documents": (documents.documents, 1_500),
    "chains of trust documents": (documents.chains, 600),
    "files": (archives.archives, 4_000),
}


def compare(browser: Browser, kind: str, *, seed: int, times: int = 1) -> None:
    ask, count = KINDS[kind]
    counted: dict[str, int] = {}
    questions = islice(ask(Random(seed)), times * count)
    found = [str(one) for one in islice(differences(browser, questions, counted=counted), 5)]
    assert not found, f"seed {seed}\n" + "\n".join(found)
    # Both ways were met: what only refuses, or only accepts, compares nothing.
    assert min(counted.values()) > 0
    assert counted["given"] > count / 50
    assert kind in ("signatures", "names of lists") or sum(counted.values()) - counted["given"] > count / 50


@pytest.mark.parametrize("kind", KINDS)
def test_python_and_the_browser_read_alike(browser: Browser, kind: str) -> None:
    compare(browser, kind, seed=1)


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", range(2, 4))
@pytest.mark.parametrize("kind", KINDS)
def test_python_and_the_browser_read_alike_for_long(browser: Browser, kind: str, seed: int) -> None:
    compare(browser, kind, seed=seed, times=20)
