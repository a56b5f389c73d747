"""From assessed organisations to published marks, on a machine that may never be online.

    drafts (CSV, JSON) → rules → ledger → number and list index → signature → agreement → submission

    drafts → cells → judge     a file; what its cells say; whether it may be issued. All errors at once.
    rules (scheme)             the rules, read from scheme.toml: data, never code
    ledger (books, models)     what was drafted, signed, sent and published; the private columns stay here
    issue, events              reserve in one transaction, sign, let the verifier agree, store
    sync, publish              what the register says now; what it has not got yet
    home, desk, cli            the folder, one run, the command (*_command*: a verb or a group of them)

Killed anywhere and run again, nothing is signed twice, no number or list index is used twice, nothing is lost:

1. A number, an index and the exact claims are committed *before* a key is asked (`reserve`). A number that was
   given out is never given out again, whatever becomes of its mark.
2. The signed bytes are committed *before* they leave the machine. What was signed and not committed never existed
   for anybody else, and signing again gives the same claims.
3. Sending is idempotent: the registry answers what it knows from its index. So all that is not known to be published
   is sent again.

The places at which a test kills it are `CRASH_POINTS`.
"""

__all__ = ["CRASH_POINTS"]

CRASH_POINTS = (
    "issuer.before-reserve",
    "issuer.after-reserve",
    "issuer.after-sign",
    "issuer.after-store",
    "issuer.before-submit",
    "issuer.after-submit",
    "issuer.after-publish",
    "issuer.after-out",
    "issuer.after-sync",
)
