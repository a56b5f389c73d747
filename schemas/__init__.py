"""What the bytes say. Pure: no clock, no network, no storage, no secret.

    cbor → cose → claims                    a mark is a COSE_Sign1 over CWT claims
    merkle → tiles → authentic_tiles        the log is an RFC 6962 tree, kept as tiles
    note → checkpoint → tlog_proof          its heads are signed notes
    leaves                                  what it records
    trust_document                          who may sign what, itself a signed note
    evidence                                all of it in one file
    times → days                            seconds of the wire, days of a scheme

Reading gives a frozen value or raises `errors.MalformedError` with a reason and a path; `from_bytes` and
`to_bytes` are exact inverses. That a value could be read says nothing about who wrote it: believing is
the verifier's work. The sections cited are those of docs/format.md.
"""
