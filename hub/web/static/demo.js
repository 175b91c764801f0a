// Click an item, hear its passage; the transcript follows the sound.
"use strict";
const audio = document.getElementById("recording");
const lines = [...document.querySelectorAll(".transcript li")];
let stopAt = null;

function mark(seconds) {
  for (const line of lines) {
    const now = seconds >= Number(line.dataset.start) && seconds < Number(line.dataset.end);
    line.classList.toggle("now", now);
    if (now) line.setAttribute("aria-current", "true"); else line.removeAttribute("aria-current");
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button.play");
  if (!button) return;
  stopAt = Number(button.dataset.end);
  audio.currentTime = Number(button.dataset.start);
  mark(audio.currentTime);
  const first = document.getElementById(button.dataset.segments.split(" ")[0]);
  if (first && !first.contains(button)) first.scrollIntoView({ block: "nearest" });
  audio.play();
});

audio.addEventListener("timeupdate", () => {
  mark(audio.currentTime);
  if (stopAt !== null && audio.currentTime >= stopAt) { audio.pause(); stopAt = null; }
});
