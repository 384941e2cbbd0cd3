// Lets lessons that were opened once be read without a line (R14). Everything else needs the
// network: tests, certificates, the dashboard and staff pages are never kept here. ``site`` and the
// functions of queue.js stand before this file (lms/offline.py).
"use strict";

const FILES = `site ${site.version}`;
const UNTOUCHED = /^\/(staff|api|identity|health|documents)\//;
const LESSON = /^\/courses\/[^/]+\/[^/]+\/[^/]+\/$/;
const PATIENCE = 5_000; // Milliseconds for a page of which there is a copy.
const PARTS = ["style", "script", "image"];
const ANY = { ignoreVary: true };

self.addEventListener("install", (event) => {
  self.skipWaiting();
  const fresh = site.files.map((file) => new Request(file, { cache: "no-cache" }));
  event.waitUntil(caches.open(FILES).then((cache) => cache.addAll(fresh)));
});

// A new version of the site has new files: copies that name the old ones go with them.
self.addEventListener("activate", (event) => {
  event.waitUntil(
    forgetCaches((name) => !name.includes(site.version)).then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin || UNTOUCHED.test(url.pathname)) return;
  const answer = answerTo(request, url);
  if (answer) event.respondWith(answer);
});

function answerTo(request, url) {
  const isLesson = LESSON.test(url.pathname);
  if (request.method === "GET" && PARTS.includes(request.destination)) return part(request);
  if (request.mode !== "navigate") return null;
  if (request.method === "GET") return isLesson ? lesson(request, url) : page(request);
  if (url.pathname === site.signOut) return signOut(request);
  return isLesson ? goOn(request, url) : null;
}

async function part(request) {
  return (await caches.match(request, ANY)) ?? fetch(request);
}

async function page(request) {
  return fetch(request).catch(() => caches.match(site.offline));
}

async function lesson(request, url) {
  const copy = await copyOf(url);
  if (!copy) return page(request);
  return within(PATIENCE, fetch(request)).catch(() => copy);
}

// Without a number, the screen that was read last.
async function copyOf(url) {
  const note = await caches.match(url.pathname, ANY);
  if (!note) return undefined;
  const screen = url.searchParams.get("screen") ?? (await note.json()).screen;
  return caches.match(`${url.pathname}?screen=${screen}`, ANY);
}

// Send what was done before, then this; without a line keep it, and lead on to the next copy. So
// too when the server does not know the form: a copy may be older than the last sign-in.
async function goOn(request, url) {
  const form = await request.clone().formData();
  const { csrfmiddlewaretoken, shown, ...fields } = Object.fromEntries(form);
  try {
    await send(fields.reader, csrfmiddlewaretoken);
    const answer = await within(WAIT, fetch(request));
    if (answer.status !== 403) return answer;
  } catch {
    // No line.
  }
  const address = url.pathname + url.search;
  await keep({ reader: fields.reader, address, fields, at: new Date().toISOString() });
  return Response.redirect(await placeAfter(url, fields), 303);
}

async function placeAfter(url, fields) {
  if (fields.check) return `${url.href}#check-${fields.check}`;
  const next = new URL(url);
  next.searchParams.set("screen", Number(url.searchParams.get("screen")) + 1);
  return (await copyOf(next)) ? next.href : new URL(site.offline, url).href;
}

async function signOut(request) {
  await forgetCaches((name) => name.startsWith("lesson "));
  return page(request);
}

async function forgetCaches(isOld) {
  const names = await caches.keys();
  return Promise.all(names.filter(isOld).map((name) => caches.delete(name)));
}

// A page of ``reader`` is open: whoever read here before has left this phone. It asks to send what
// waits, and is told what came of it.
self.addEventListener("message", (event) => event.waitUntil(reply(event.data, event.ports[0])));

async function reply({ reader, token }, port) {
  const own = `lesson ${reader} `;
  await forgetCaches((name) => name.startsWith("lesson ") && !name.startsWith(own));
  await forgetOld();
  const sent = await send(reader, token).catch(() => 0);
  const refused = await takeRefused(reader);
  const left = await unsentOf(reader);
  port.postMessage({ sent, refused, left: left.map((row) => row.fields) });
}
