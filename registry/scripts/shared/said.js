/* A report in the reader's words. Texts are set as text: nothing a mark says becomes mark-up. */

let known = null;

const LOOK_ALIKE = "look-alike-scripts"; // of the notes, the one that asks for a second look at the name

/** What reasons mean, fetched once, and only where there is something to say. */
async function meaningsOf(report, lang) {
  if (report.reasons.length === 0 && !report.notes.some((one) => one.reason === LOOK_ALIKE)) return {};
  known ??= fetch(`/words/${lang}.json`).then((answer) => (answer.ok ? answer.json() : {}));
  try {
    return await known;
  } catch {
    known = null; // without words the slugs speak
    return {};
  }
}

const KINDS = { passed: "valid", failed: "invalid", unknown: "undetermined" };

/** Fill a list with the seven checks: sign, name, outcome, and why where one did not pass; then what the name's scripts ask. `data-words` names them. */
export async function listChecks(list, report, lang) {
  const words = { ...JSON.parse(list.dataset.words), ...(await meaningsOf(report, lang)) };
  const title = (slug) => words[slug]?.[0] ?? slug;
  const lines = report.findings.map(({ check, outcome, reason }) =>
    lineOf(KINDS[outcome], title(check), `: ${reason === null ? title(outcome) : title(reason)}`, words[reason]?.[1]),
  );
  for (const { reason, detail } of report.notes.filter((one) => one.reason === LOOK_ALIKE)) {
    lines.push(lineOf("undetermined", title(reason), "", [words[reason]?.[1], detail].filter(Boolean).join(" – ")));
  }
  list.replaceChildren(...lines);
}

function lineOf(kind, name, outcome, why) {
  const line = document.createElement("li");
  const sign = document.createElement("img");
  Object.assign(sign, { src: `/static/sign-${kind}.svg`, alt: "", width: 24, height: 24 });
  const said = document.createElement("p");
  const named = document.createElement("b");
  named.textContent = name;
  said.append(named, outcome);
  const body = document.createElement("div");
  body.append(said);
  if (why) {
    const meaning = document.createElement("p");
    meaning.textContent = why;
    body.append(meaning);
  }
  line.append(sign, body);
  return line;
}
