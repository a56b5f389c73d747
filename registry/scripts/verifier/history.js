/* What the leaves about one mark add up to (§3): its events replayed, and its status at a time. */
import { Malformed, Refused, same } from "./bytes.js";
import { readEvent } from "./claims.js";
import { entitledEvent } from "./entitlement.js";
import { findKey } from "./trust.js";

/**
 * Follow a mark's events, each {raw, logged}, from its leaf, each linked to the one before:
 * {issued, events: [{claims, logged, after}]}. That the list is complete is not established here.
 */
export async function replay(mark, logged, events, document) {
  const refuse = (detail) => new Refused("history-unavailable", detail);
  const issuer = findKey(document, mark.kid);
  if (issuer === null) return refuse("the issuer is not known");
  const { number, level } = mark.claims;
  const issued = { number, level, owner: issuer.owner, status: "valid", byAuthority: false, reason: null, successor: null };
  let [state, last, before] = [issued, logged.leaf, logged];
  const past = [];
  for (const [position, { raw, logged: here }] of events.entries()) {
    const inOrder = here.place > before.place || (here.place === before.place && here.index > before.index);
    if (!inOrder) return refuse(`event ${position} is out of the log's order`); // else the same events tell another story
    before = here;
    let event;
    try {
      event = readEvent(raw);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      return refuse(`event ${position}: ${error.message}`);
    }
    const { claims } = event;
    if (claims.number !== number || !same(claims.prev, last)) return refuse(`event ${position} does not follow the one before`);
    last = here.leaf;
    const signer = await entitledEvent(event, document, here.place, here.index);
    if (signer instanceof Refused) continue; // it links only
    const after = transition(state, claims, signer);
    if (after === null) continue;
    state = after;
    past.push({ claims, logged: here, after });
  }
  return { issued, events: past, current: state };
}

/** The state after an event; null for one that may not happen. The register let the successor in. */
function transition(state, event, signer) {
  const isAuthority = signer.use === "authority";
  const suspended = state.status === "suspended";
  if (!may(signer, event, state) || state.status === "revoked" || state.status === "superseded") return null;
  const { kind, reason, successor } = event;
  if (kind === "confirm") return state;
  if (kind === "suspend") return suspended ? null : { ...state, status: "suspended", byAuthority: isAuthority, reason };
  if (kind === "reinstate") return suspended ? { ...state, status: "valid", byAuthority: false, reason } : null;
  if (kind === "revoke") return { ...state, status: "revoked", reason };
  return { ...state, status: "superseded", reason, successor };
}

function may(signer, { kind, reason }, state) {
  if (signer.use === "authority") {
    if (kind === "reinstate") return state.status !== "suspended" || state.byAuthority;
    if (kind === "supersede") return reason === "organisation-ceased";
    return kind === "suspend" || kind === "revoke";
  }
  if (signer.owner !== state.owner || !Object.hasOwn(signer.levels, state.level)) return false;
  return !(kind === "reinstate" && state.byAuthority); // what an authority suspended, only an authority lifts
}

/**
 * {state, cause} at `time`: the fold of what was logged by then. A revocation because the mark was issued in error,
 * or its issuer's key was stolen, counts at every time. Where an event may have been logged before `time` or after it, nothing is
 * said; but that a mark had ended either way is.
 */
export function stateAt(history, time) {
  let [state, cause] = [history.issued, null];
  for (const event of history.events) {
    const { kind, reason } = event.claims;
    if (kind === "revoke" && (reason === "issued-in-error" || reason === "key-compromised")) {
      return { state: event.after, cause: event };
    }
    if (kind === "confirm") continue; // changes nothing, whenever it came
    const { notBefore, loggedBy } = event.logged;
    if (loggedBy <= time) {
      [state, cause] = [event.after, event];
    } else if (notBefore <= time && (state.status === "valid" || event.after.status === "valid")) {
      return new Refused("history-unavailable", "an event was logged about that time; nearer it is not known");
    }
  }
  return { state, cause };
}
