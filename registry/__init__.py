"""The registry: publishes marks on a log, and answers who holds which.

    views → lookup, search → models          what the world asks (reads the projection)
    submissions                              the door: what may enter
    publisher → sequencer → ratchet, files   one process that writes the log and signs heads and lists
    projection                               tables made from the log's leaves; `rebuild` makes them again

The log is the truth, the database a projection of it (docs/adr/0001). The web workers hold no key: only
the publisher process opens the log key and the status key, and neither can sign a mark.
"""
