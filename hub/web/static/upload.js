// Uploading: drop a file, see how far it is, go on after a broken line. Without this script the form itself is sent.
const form = document.getElementById("upload");
const drop = document.getElementById("drop");
const file = form.elements.file;
const shown = document.getElementById("progress");
const bar = shown.querySelector("progress");
const told = shown.querySelector("output");
const PIECE = 4 * 1024 * 1024;

for (const name of ["dragenter", "dragover"]) drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  file.files = event.dataTransfer.files;
  file.dispatchEvent(new Event("change"));
});
file.addEventListener("change", () => {
  const title = form.elements.title;
  if (!title.value && file.files.length) title.value = file.files[0].name.replace(/\.[^.]+$/, "").replaceAll("_", " ");
});

function show(done, all) {
  shown.hidden = false;
  bar.value = all ? done / all : 1;
  told.textContent = `${(done / 1e6).toFixed(1)} / ${(all / 1e6).toFixed(1)} MB`;
}

async function send(place, csrf, whole, from) {
  for (let at = from; at < whole.size;) {
    const piece = whole.slice(at, at + PIECE);
    const answer = await fetch(place, { method: "PUT", body: piece, headers: { "Content-Range": `bytes ${at}-${at + piece.size - 1}/${whole.size}`, "Content-Type": "application/octet-stream", "X-CSRF-Token": csrf } });
    if (!answer.ok) throw new Error(String(answer.status));
    at += piece.size;
    show(at, whole.size);
  }
}

form.addEventListener("submit", async (event) => {
  const whole = file.files[0];
  if (!whole || !form.reportValidity()) return;
  event.preventDefault();
  const button = form.querySelector("button.primary");
  button.disabled = true;
  show(0, whole.size);
  try {
    const fields = new FormData(form);
    fields.delete("file");
    fields.append("name", whole.name);
    fields.append("size", whole.size);
    const begun = await fetch("/meetings/new/begin", { method: "POST", body: new URLSearchParams(fields), headers: { Accept: "application/json" } });
    const answer = await begun.json();
    if (!begun.ok) throw new Error(answer.detail);
    await send(answer.upload, fields.get("csrf"), whole, answer.received);
    const ended = await fetch(answer.finish, { method: "POST", body: new URLSearchParams({ csrf: fields.get("csrf") }), headers: { Accept: "application/json" } });
    const end = await ended.json();
    if (!ended.ok) throw new Error(end.detail);
    location.assign(end.page);
  } catch (error) {
    told.textContent = error.message && !/^\d+$/.test(error.message) && !(error instanceof TypeError) ? error.message : form.dataset.wrong;
    button.disabled = false;
  }
});
