"""Whether a verifier in any language answers every vector of tests/vectors as written; README.md beside this says how.

    python -m conformance --command "akashi verify --json"

`questions` turns vectors into runs of a command, `answers` compares what it said. Nothing of the project is imported, and
nothing outside the standard library: what is judged here must not be what judges.
"""
