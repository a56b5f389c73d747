"""Decide whether a certification mark is real, for this organisation, today.

    from verifier import Verifier

    verifier = Verifier.from_bundle("marks.akashi", anchor="…64 hex digits…")
    report = verifier.verify(scanned_text)
    report.verdict          # Verdict.VALID, Verdict.INVALID or Verdict.UNDETERMINED
    report.reasons          # named reasons, docs/format.md §8
    report.mark             # the claims; None unless the signature verified

Three layers, each readable alone: `verifier.verify` holds the seven checks in their order;
`verifier.view` and its two kinds say what a body of evidence establishes; `verifier.sources` fetches
bytes. Nothing here knows the web framework or the database of the registry.
"""

from verifier.policy import Policy
from verifier.report import Reason, Report, Verdict, VerificationError
from verifier.verifier import Verifier

__all__ = ["Policy", "Reason", "Report", "Verdict", "VerificationError", "Verifier"]
