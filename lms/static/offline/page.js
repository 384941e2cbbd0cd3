// On every page of a reader: sends what was done without a line and says what came of it. On a
// lesson also: keeps its screens on the phone, and shows tries that are not sent yet.

const MOST_LESSONS = 20;
const FIRST_WAIT = 2_000; // Milliseconds. A line that is back may need a moment; then ever longer.
const LONGEST_WAIT = 300_000;

export async function start(place) {
  if (!("serviceWorker" in navigator && "caches" in window)) return;
  await navigator.serviceWorker.register(place.dataset.worker);
  const { active } = await navigator.serviceWorker.ready;
  const lesson = document.querySelector("[data-lesson]");
  if (lesson) askForAnswers(lesson);
  let timer = 0;
  const send = async (wait = FIRST_WAIT) => {
    clearTimeout(timer);
    const outcome = await ask(active, place);
    say(place, outcome);
    if (lesson) outcome.left.forEach((fields) => showTry(fields));
    if (outcome.left.length === 0 || !navigator.onLine) return;
    timer = setTimeout(send, wait, Math.min(wait * 2, LONGEST_WAIT));
  };
  window.addEventListener("online", () => send());
  await send();
  if (lesson) await keepLesson(lesson.dataset, place.dataset);
}

function ask(worker, place) {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data);
    const token = place.querySelector("[name=csrfmiddlewaretoken]").value;
    worker.postMessage({ reader: place.dataset.reader, token }, [port2]);
  });
}

function say(place, { sent, refused, left }) {
  const leaving = location.pathname === place.dataset.signOut;
  const said = {
    saved: left.length > 0 && !leaving,
    leaving: left.length > 0 && leaving,
    sent: sent > 0 && left.length === 0,
    refused: refused > 0,
  };
  for (const message of place.querySelectorAll("[data-say]")) {
    message.hidden = !said[message.dataset.say];
  }
}

// Nobody can be asked without a line, so the page itself holds a reader at a question not tried yet.
function askForAnswers(lesson) {
  const forward = lesson.querySelector("form[data-go-on]");
  forward.addEventListener("submit", (event) => {
    const open = lesson.querySelector("[data-check]:not([data-answered])");
    if (!open) return;
    event.preventDefault();
    open.querySelector("[data-answer-first]").hidden = false;
    open.querySelector("input[type=radio]").focus();
  });
}

// A try that waits to be sent, with the words for the answer that was chosen.
function showTry(fields) {
  const check = fields.check && document.getElementById(`check-${fields.check}`);
  if (!check) return;
  const option = fields[`${fields.check}-option`];
  check.dataset.answered = "";
  for (const radio of check.querySelectorAll("input[type=radio]")) {
    radio.checked = radio.value === option;
  }
  for (const words of check.querySelectorAll("[data-feedback]")) {
    words.hidden = words.dataset.feedback !== option;
  }
}

// Each lesson has a cache of its own, named after its reader, address, wording and the site's
// version: "lesson <reader> <address> <wording> <version>".
async function keepLesson({ lesson, title, screen, screens, wording }, { reader, version }) {
  const own = `lesson ${reader} ${lesson} `;
  const name = `${own}${wording} ${version}`;
  const cache = await caches.open(name);
  await cache.put(lesson, new Response(JSON.stringify({ title, screen })));
  for (let number = 1; number <= Number(screens); number += 1) {
    const address = `${lesson}?screen=${number}`;
    if (await cache.match(address)) continue;
    const copy = await fetch(address, { headers: { "Lesson-Copy": "1" } }).catch(() => null);
    if (!copy?.ok || copy.redirected) return;
    await cache.put(address, copy.clone());
    await keepParts(cache, await copy.text());
  }
  const kept = (await caches.keys()).filter((known) => known.startsWith("lesson "));
  const older = kept.filter((known) => known.startsWith(own) && known !== name);
  const tooMany = kept.filter((known) => !older.includes(known)).slice(0, -MOST_LESSONS);
  for (const known of [...older, ...tooMany]) await caches.delete(known);
}

// Pictures and the council's colour. The site's own files are kept by the worker.
async function keepParts(cache, html) {
  const copy = new DOMParser().parseFromString(html, "text/html");
  for (const part of copy.querySelectorAll("img[src], link[rel=stylesheet]")) {
    const address = part.getAttribute("src") ?? part.getAttribute("href");
    if (!(await caches.match(address))) await cache.add(address).catch(() => {});
  }
}
