"""A monitor: it follows the log, so that the operator cannot lie (docs/format.md §4–§6, docs/threat-model.md).

A verifier looks at one mark. A monitor looks at everything, each time from where it stopped: does the log only grow, is
every leaf one that was allowed in, does every status list say what the leaves add up to, does everybody see the same
trust documents? And it tells an organisation of each mark in its name, so that a false one is noticed by its victim.

    findings   what can be wrong, by name
    judge      one leaf after the other: who may, what it changes
    moments    when a leaf was logged, held against what it says of itself
    follow     one log, from the last head to the newest
    lists      the status lists beside the log's own sum
    compare    another's view beside ours: one history for everybody
    kept       what is remembered between two runs
    run        all of it in order
    command    the words of `akashi monitor`
    monitoring what it does

Nothing here knows the registry's code: it must not share the mistakes of what it watches.
"""
