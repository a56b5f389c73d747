/* A report in the reader's words. Texts are set as text: nothing a mark says becomes mark-up. */

let known = null;

/** What reasons mean, fetched once, and only where something did not pass. */
async function meaningsOf(report, lang) {
  if (report.reasons.length === 0) return {};
  known ??= fetch(`/words/${lang}.json`).then((answer) => (answer.ok ? answer.json() : {}));
  try {
    return await known;
  } catch {
    known = null; // without words the slugs speak
    return {};
  }
}

const KINDS = { passed: "valid", failed: "invalid", unknown: "undetermined" };

/** Fill a list with the seven checks: sign, name, outcome, and why where one did not pass. `data-words` names them. */
export async function listChecks(list, report, lang) {
  const words = { ...JSON.parse(list.dataset.words), ...(await meaningsOf(report, lang)) };
  const title = (slug) => words[slug]?.[0] ?? slug;
  const lines = report.findings.map(({ check, outcome, reason }) => {
    const line = document.createElement("li");
    const sign = document.createElement("img");
    Object.assign(sign, { src: `/static/sign-${KINDS[outcome]}.svg`, alt: "", width: 24, height: 24 });
    const said = document.createElement("p");
    const name = document.createElement("b");
    name.textContent = title(check);
    said.append(name, `: ${reason === null ? title(outcome) : title(reason)}`);
    const body = document.createElement("div");
    body.append(said);
    if (reason !== null && words[reason]?.[1]) {
      const why = document.createElement("p");
      why.textContent = words[reason][1];
      body.append(why);
    }
    line.append(sign, body);
    return line;
  });
  list.replaceChildren(...lines);
}
