/* Suggestions while typing: the browser's own list under the field, filled by the register. The form works without. */

const field = document.getElementById("q");
const list = document.createElement("datalist");
const PAUSE = 180; // ms without a key until the register is asked
const isJapanese = document.documentElement.lang === "ja";
let waiting = 0;
let asked = "";

async function suggest() {
  const typed = field.value.trim();
  if (typed === asked || typed === "") return;
  asked = typed;
  const answer = await fetch(`/api/v1/suggestions?q=${encodeURIComponent(typed)}`).catch(() => null);
  if (!answer?.ok || asked !== typed) return; // somebody typed on
  const { items } = await answer.json();
  list.replaceChildren(
    ...items.map(({ name, name_latin: latin }) => {
      const option = document.createElement("option");
      option.value = isJapanese ? name : latin ?? name;
      option.label = isJapanese ? latin ?? "" : name;
      return option;
    }),
  );
}

list.id = "suggestions";
field.after(list);
field.setAttribute("list", list.id);
field.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(suggest, PAUSE);
});
