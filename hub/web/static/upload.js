// Uploading: drop a file, see how far it is, go on after a broken line. Without this script the form itself is sent.
const form = document.getElementById("upload");
const drop = document.getElementById("drop");
const file = form.elements.file;
const shown = document.getElementById("progress");
const bar = shown.querySelector("progress");
const output = shown.querySelector("output");
const PIECE = 4 * 1024 * 1024;
const JSON_PLEASE = { Accept: "application/json" };

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
  output.textContent = `${(done / 1e6).toFixed(1)} / ${(all / 1e6).toFixed(1)} MB`;
}

async function told(answer) {
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.detail);
  return said;
}

// an upload that broke off, in this window, for the same file
async function begunBefore(key) {
  const kept = JSON.parse(sessionStorage.getItem(key) ?? "null");
  const answer = kept && (await fetch(kept.upload, { headers: JSON_PLEASE }));
  return answer?.ok ? { ...kept, ...(await answer.json()) } : null;
}

async function begin(key, fields, whole) {
  fields.delete("file");
  fields.append("name", whole.name);
  fields.append("size", whole.size);
  const begun = await told(await fetch("/meetings/new/begin", { method: "POST", body: new URLSearchParams(fields), headers: JSON_PLEASE }));
  sessionStorage.setItem(key, JSON.stringify(begun));
  return begun;
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
    const csrf = fields.get("csrf");
    const key = `upload:${whole.name}:${whole.size}:${whole.lastModified}`;
    const begun = (await begunBefore(key)) ?? (await begin(key, fields, whole));
    await send(begun.upload, csrf, whole, begun.received);
    const end = await told(await fetch(begun.finish, { method: "POST", body: new URLSearchParams({ csrf, language: form.elements.language.value }), headers: JSON_PLEASE }));
    sessionStorage.removeItem(key);
    location.assign(end.page);
  } catch (error) {
    output.textContent = error.message && !/^\d+$/.test(error.message) && !(error instanceof TypeError) ? error.message : form.dataset.wrong;
    button.disabled = false;
  }
});
