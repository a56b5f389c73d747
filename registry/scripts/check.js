/* A file may also be dropped on the form. Everything else works without scripts. */

const place = document.querySelector("[data-drop]");
const [field, text] = [document.getElementById("file"), document.getElementById("rows")];

function hover(event) {
  if (!event.dataTransfer.types.includes("Files")) return; // dropped text belongs to the field it falls on
  event.preventDefault();
  place.classList.add("over");
}

place.addEventListener("dragenter", hover);
place.addEventListener("dragover", hover);
place.addEventListener("dragleave", (event) => {
  if (!place.contains(event.relatedTarget)) place.classList.remove("over");
});
place.addEventListener("drop", (event) => {
  place.classList.remove("over");
  if (event.dataTransfer.files.length === 0) return;
  event.preventDefault();
  field.files = event.dataTransfer.files; // of several, the form sends the first
  text.value = "";
  field.focus();
});
place.querySelector("[data-say=drop]").hidden = false;
