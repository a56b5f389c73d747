/* Everything a verifier is, for whoever holds it against the conformance vectors. */
import { Archive } from "./archive.js";
import { BundleView } from "./bundle_view.js";
import { EvidenceView } from "./evidence_view.js";
import { checkPolicy } from "./policy.js";
import { open, verify, verifyText } from "./verify.js";

/** Open evidence, a bundle or a register. Throws Malformed for another file. */
export async function openFile(bytes, anchor, now) {
  const archive = new Archive(bytes);
  return open(archive, anchor, archive.manifest.variant === "evidence" ? EvidenceView : BundleView, now);
}

export const judge = (found, source, options) => verify(found, source, { ...options, checkPolicy });
export const judgeText = (text, dictionary, source, options) => verifyText(text, dictionary, source, { ...options, checkPolicy });
