"""A witness: a small program somebody else runs, so that a log cannot show two histories.

A log signs heads (origin, size, root). Alone it could sign one head for a buyer and another for the public. A
witness remembers, for each log it was told of, the largest head it has seen, and signs a further one only if a
Merkle proof shows that nothing before was changed (C2SP tlog-witness; docs/format.md §6):

    old 3                                               what the log believes the witness holds
    fnk82Hr+fPffFdXusuFJBYCObM9GppXH5AVfxSbUiZw=        proof that size 5 begins with size 3
    …
                                                        (a blank line, then the checkpoint note)
    marks.example.go.jp/log1
    5
    PUVMg6LinBDy8tj4vZ3o7UZB/b3r4gFoMy7VpOh9IrQ=

    — marks.example.go.jp/log1 RiynvE4yhLtm7CnTTCn6NIHYyA2140VuCeGgGni1aFpSqawCN6kYMDxu…

The answer is a cosignature line with a time. Three promises are in it, and the code is arranged around them:

* *One root a size.* Comparing with what is held and storing what replaces it are one transaction.
* *Never forgotten.* The new head is on the disk before its cosignature exists. A crash in between loses an
  answer, never a memory: the log asks again from the size it is then told.
* *No time before an earlier one.* A clock that was set back makes the witness silent, not wrong.

What it does not establish: that a mark is true, or that the log shows everyone its newest head. It reads no leaves.
And whoever puts back an old copy of its directory makes it forget: a witness restored from a backup is a new
witness, and takes a new key.

    cli → server → app → store      the command; HTTP and its bounds; the decision; what is remembered

It imports `schemas` and `keys` only: it must not share the mistakes of what it watches.
"""
