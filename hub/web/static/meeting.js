// A meeting's page: the sound, the transcript that follows it, marking words for an item, saving while one types.
const audio = document.getElementById("recording");
const said = document.getElementById("said");
const read = () => [...said.children].map((line) => ({ line, start: Number(line.dataset.start), end: Number(line.dataset.end) }));
let lines = read();
// a long transcript comes in parts: the one that the sound is in is fetched
const parts = [...document.querySelectorAll("#parts a")];
let fetching = null;

async function partAt(seconds) {
  const wanted = parts.findLast((one) => Number(one.dataset.from) <= seconds) ?? parts[0];
  if (!wanted || wanted === fetching || wanted.hasAttribute("aria-current")) return;
  fetching = wanted;
  const number = new URL(wanted.href).searchParams.get("part");
  const answer = await fetch(`${location.pathname}/transcript/${number}`).catch(() => null);
  fetching = null;
  if (!answer?.ok) return;
  said.innerHTML = await answer.text();
  lines = read();
  current = null;
  for (const one of parts) one.removeAttribute("aria-current");
  wanted.setAttribute("aria-current", "true");
  mark(seconds);
}

const played = document.querySelector("#played rect");
const wave = document.getElementById("wave");
let stopAt = null;
let current = null;

function mark(seconds) {
  partAt(seconds);
  const found = lines.find((one) => seconds >= one.start && seconds < one.end)?.line ?? null;
  if (found !== current) {
    if (current) { current.classList.remove("now"); current.removeAttribute("aria-current"); }
    if (found) { found.classList.add("now"); found.setAttribute("aria-current", "true"); follow(found); }
    current = found;
  }
  if (played && audio.duration) played.setAttribute("width", (seconds / audio.duration) * wave.viewBox.baseVal.width);
}

function follow(line) {
  if (audio && !audio.paused && !said.contains(document.activeElement)) line.scrollIntoView({ block: "nearest" });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button.play");
  if (!button) return;
  const from = button.dataset.segments ? button.dataset : button.closest("li").dataset;
  if (from.segments) document.getElementById(from.segments.split(" ")[0])?.scrollIntoView({ block: "nearest" });
  if (!audio) return;
  stopAt = Number(from.end);
  audio.currentTime = Number(from.start);
  mark(audio.currentTime);
  audio.play().catch(() => {});
});

if (audio) {
  audio.addEventListener("timeupdate", () => {
    mark(audio.currentTime);
    if (stopAt !== null && audio.currentTime >= stopAt) { audio.pause(); stopAt = null; }
  });
  audio.addEventListener("seeking", () => mark(audio.currentTime));
  audio.addEventListener("play", () => { if (current) follow(current); });
  wave?.addEventListener("pointerdown", (event) => {
    const box = wave.getBoundingClientRect();
    stopAt = null;
    if (audio.duration) audio.currentTime = ((event.clientX - box.left) / box.width) * audio.duration;
  });
}

// how loud it is, drawn from left to right
if (wave) {
  fetch(wave.dataset.peaks).then((answer) => (answer.ok ? answer.json() : { peaks: [] })).then(({ peaks }) => {
    const step = 600 / (peaks.length || 1);
    const path = peaks.map((high, place) => `M${(place * step).toFixed(1)} ${50 - high / 2.1}V${50 + high / 2.1}`).join("");
    for (const one of wave.querySelectorAll("path")) one.setAttribute("d", path);
  }).catch(() => {});
}

// words marked in the transcript become the passage of a new item, and name the one whose speaker is to be said
const add = document.getElementById("add");
const passage = document.querySelector("#who-speaks [name=passage]");
if (add) {
  document.addEventListener("selectionchange", () => {
    const chosen = document.getSelection();
    if (!chosen.rangeCount || chosen.isCollapsed || !said.contains(chosen.anchorNode) || !said.contains(chosen.focusNode)) return;
    const inside = lines.filter(({ line }) => chosen.containsNode(line.querySelector("p"), true));
    if (!inside.length) return;
    if (passage) passage.value = inside[0].line.id;
    add.elements.first.value = inside[0].line.id;
    add.elements.last.value = inside.at(-1).line.id;
    add.elements.quote.value = inside.length === 1 ? chosen.toString().trim() : "";
  });
  for (const name of ["first", "last"]) add.elements[name].addEventListener("input", () => { add.elements.quote.value = ""; });
}

// saving while one types: the same forms, sent by themselves
const status = document.getElementById("saved");
let waiting = null;
let sending = Promise.resolve();

async function save(form) {
  status.textContent = status.dataset.saving;
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "application/json" } }).catch(() => null);
  if (answer?.ok) {
    const { version, state, tone } = await answer.json();
    for (const field of document.querySelectorAll('input[name="version"]')) field.value = version;
    status.textContent = status.dataset.saved;
    const item = form.closest(".item");
    item.querySelector(".text").textContent = form.elements.text.value;
    const badge = item.querySelector(".state");
    badge.textContent = state;
    badge.className = `badge state ${tone}`;
  } else {
    status.textContent = answer?.status === 412 ? status.dataset.conflict : status.dataset.wrong;
    status.classList.add("wrong");
  }
}

for (const form of document.querySelectorAll("form[data-autosave]")) {
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { if (form.reportValidity()) sending = sending.then(() => save(form)); }, 800);
  });
  form.addEventListener("submit", () => clearTimeout(waiting));
}
