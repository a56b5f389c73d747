"""Trust documents one or a few steps from an honest one, and what may follow them: all signed, so that the step is reached."""

import json
from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any

from differential.asked import Question, packed
from differential.edits import edits, json_spelled
from differential.resigned import FIRST_LINE, neighbours_of, trust_note
from forge.objects import first_document
from forge.trust_documents import START, base64_of, key_entry, recognised, successor, vkey
from schemas.times import DAY
from schemas.trust_document import anchor_of

__all__ = ["chains", "documents"]


@cache
def whole() -> dict[str, Any]:
    """A document with every member there is."""
    final = {"size": 5, "root": base64_of(bytes(range(32)))}
    value = first_document()
    compromised = {"place": 0, "size": 4, "since": START}
    value["keys"] += [
        key_entry(
            "stranger",
            series="z",
            compromised=compromised,
            names={"ja": "見本", "en": "Sample", "zh-Hant-TW": "證"},
        ),
        key_entry("status-2", "status", compromised={"since": START}),
    ]
    value["logs"] = [
        value["logs"][0] | {"final": final},
        {"vkey": vkey("akashi.example/log2", "log-2"), "url": "http://[::1]:8080/log2"},
    ]
    value["hosts"].append({"host": "old.example", "until": START + 9 * DAY})
    value["quorum"].append({"k": 3, "from": START + 30 * DAY})
    value["recognised"] = [
        recognised("sg"),
        recognised("uk", until=START + 90 * DAY, final=final | {"place": 1}, names={"en": "UK", "cy": "DU"}),
    ]
    return value


def documents(random: Random) -> Iterator[Question]:
    """Documents read and walked from their own anchor, without end."""
    text = f"{FIRST_LINE}\n{json.dumps(whole(), ensure_ascii=False, separators=(',', ':'))}\n"
    while True:
        for note in neighbours_of(trust_note(text), random, many=200):
            bent = note.decode("utf-8", "replace").rpartition("\n\n")[0] + "\n"
            yield {"ask": "read", "reader": "document", "given": bent}
            yield {"ask": "walk", "anchor": anchor_of(bent), "notes": [packed(note)]}


def chains(random: Random) -> Iterator[Question]:
    """Two or three versions, of which a later one changed in one place, without end."""
    first = whole()
    second = successor(first)
    permitted, others = [*_permitted(second)], [*edits(second)]
    while True:
        yield _chain([first, random.choice(others)], random)
        other = random.choice(permitted)
        yield _chain([first, other], random)
        yield _chain([first, other, random.choice([*_permitted(successor(other))])], random)


def _permitted(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Changes an honest root makes, at the bounds of what it may."""
    for name in ("hosts", "keys", "witnesses", "recognised"):
        for place, entry in enumerate(value[name]):
            ends = {value["issued"], value["issued"] - 1, value["issued"] + 1, entry.get("until", 0)}
            for bent in ({"until": until} for until in ends):
                yield value | {name: [*value[name][:place], entry | bent, *value[name][place + 1 :]]}
    for place, entry in enumerate(value["keys"]):
        stated = (
            {"since": 0},
            *(
                {"place": at, "size": size, "since": since}
                for at in (0, 1, 2)
                for size in (3, 4, 5)
                for since in (START, 0)
            ),
        )
        for compromised in stated:
            yield value | {
                "keys": [
                    *value["keys"][:place],
                    entry | {"compromised": compromised},
                    *value["keys"][place + 1 :],
                ]
            }
    for name in ("hosts", "keys", "logs", "witnesses", "recognised", "quorum", "mirrors"):
        yield value | {name: value[name][::-1]}
        yield value | {
            name: [
                {key: entry[key] for key in reversed(entry)} if isinstance(entry, dict) else entry
                for entry in value[name]
            ]
        }
    for name in ("keys", "recognised"):
        yield value | {name: [_reversed_names(entry) for entry in value[name]]}
    yield value | {"scheme": _reversed_names(value["scheme"])}
    for start in (value["issued"], value["issued"] - 1, value["issued"] + 40 * DAY):
        yield value | {"quorum": [*value["quorum"], {"k": 2, "from": start}]}
    final = {"size": 9, "root": base64_of(bytes(32))}
    yield value | {"logs": [*value["logs"][:-1], value["logs"][-1] | {"final": final}]}
    yield value | {"recognised": [value["recognised"][0] | {"final": final}, *value["recognised"][1:]]}


def _reversed_names(entry: dict[str, Any]) -> dict[str, Any]:
    return entry | {"names": dict(reversed(entry["names"].items()))} if "names" in entry else entry


def _chain(values: list[Any], random: Random) -> Question:
    texts = []
    for value in values:
        written = (
            json.dumps(value, ensure_ascii=False)
            if random.random() < 0.9
            else json_spelled(value, random, chance=0.01)
        )
        texts.append(f"{FIRST_LINE}\n{written}\n".encode("utf-8", "replace").decode())
    notes = [packed(trust_note(text)) for text in texts]
    if random.random() < 0.2:
        notes = random.sample([*notes, random.choice(notes)], len(notes) + 1)
    return {"ask": "walk", "anchor": anchor_of(texts[0]), "notes": notes}
