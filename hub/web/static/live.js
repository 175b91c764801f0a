// Stages while minutes are drafted: told by server-sent events, asked for every two seconds where those fail.
const live = document.getElementById("live");
const bar = live.querySelector("progress");

function show(job) {
  bar.value = job.progress;
  for (const stage of live.querySelectorAll("[data-stage]")) {
    const on = stage.dataset.stage === job.note.split(":")[0];
    if (on) stage.className = "now";
  }
  if (job.state === "done" || job.state === "failed") location.reload();
}

async function ask() {
  const answer = await fetch(live.dataset.poll, { headers: { Accept: "application/json" } }).catch(() => null);
  if (answer?.ok) show(await answer.json());
  setTimeout(ask, 2000);
}

if (!("done" in live.dataset)) {
  const events = new EventSource(live.dataset.events);
  events.addEventListener("job", (event) => show(JSON.parse(event.data)));
  events.onerror = () => { events.close(); ask(); };
}
