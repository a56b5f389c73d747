/* What the asker wants of a mark, beyond its being real (§8 check 7). The keys are those of policy.toml. */
import { DAY, Refused } from "./bytes.js";
import { folded } from "./folding.js";

/** Judge verified claims; `offset` is the scheme's, in which a date is a whole day. Null: nothing is wrong. */
export function checkPolicy(claims, owner, policy, offset) {
  const listed = (wanted, value) => wanted === undefined || [wanted].flat().includes(value);
  if (!listed(policy.organisation, claims.holder)) return new Refused("policy-organisation", `held by ${claims.holder}`);
  const levelRight =
    claims.level >= (policy.min_level ?? 0) &&
    listed(policy.schemes, claims.scheme) &&
    (policy.accept === undefined || policy.accept.some((one) => one.scheme === claims.scheme && one.levels.includes(claims.level))) &&
    listed(policy.assessment, claims.assessment);
  if (!levelRight) return new Refused("policy-level", `level ${claims.level} of ${claims.scheme}, ${claims.assessment}`);
  if (!listed(policy.units, claims.unit)) return new Refused("policy-scope", `the mark is for a ${claims.unit}`);
  if (policy.scope_contains !== undefined && !isSaid(policy.scope_contains, claims)) {
    return new Refused("policy-scope", "the scope does not say so");
  }
  if (policy.valid_until_at_least !== undefined) {
    const begins = Date.parse(`${policy.valid_until_at_least}T00:00:00Z`) / 1000 - offset;
    if (!(claims.exp >= begins + DAY)) return new Refused("policy-until", `ends before ${policy.valid_until_at_least} is over`);
  }
  if (!listed(policy.issuers, owner)) return new Refused("policy-issuer", `issued by ${owner}`);
  return null;
}

/** Whether one of the scope's statements holds the words. */
function isSaid(asked, { statement, statementLatin }) {
  const words = folded(asked);
  return words !== null && [statement, statementLatin ?? ""].some((one) => folded(one).includes(words));
}
