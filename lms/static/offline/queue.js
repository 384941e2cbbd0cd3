// What readers did without a line, kept on the phone until it can be sent. One row for each form,
// in order: { reader, address, fields, at }, and { refused } once the server said no. A row holds
// no CSRF token. It belongs to one reader's reference and is never sent under another.
"use strict";

const WAIT = 10_000; // Milliseconds. Sending twice does no harm, so we need not wait for ever.
const LONGEST_KEPT = 90 * 24 * 60 * 60 * 1000; // Milliseconds. Nobody comes back for it any more.
const NOT_NOW = [401, 403, 408, 425, 429]; // Sign in, or come back: the row is not at fault.

function within(time, work) {
  const over = new Promise((_, reject) => setTimeout(reject, time, new Error("no answer yet")));
  return Promise.race([work, over]);
}

function database() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("lessons", 1);
    opening.onupgradeneeded = () =>
      opening.result.createObjectStore("unsent", { keyPath: "id", autoIncrement: true });
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
}

async function rows(mode, work) {
  const open = await database();
  return new Promise((resolve, reject) => {
    const change = open.transaction("unsent", mode);
    const request = work(change.objectStore("unsent"));
    change.oncomplete = () => resolve(request.result);
    change.onerror = change.onabort = () => reject(change.error);
  }).finally(() => open.close());
}

const keep = (row) => rows("readwrite", (all) => all.put(row));
const forget = (row) => rows("readwrite", (all) => all.delete(row.id));

async function unsentOf(reader) {
  const all = await rows("readonly", (store) => store.getAll());
  return all.filter((row) => row.reader === reader && !row.refused);
}

async function forgetOld() {
  const all = await rows("readonly", (store) => store.getAll());
  const old = all.filter((row) => Date.parse(row.at) < Date.now() - LONGEST_KEPT);
  for (const row of old) await forget(row);
}

// How many rows the server refused since this was last asked; they are told once.
async function takeRefused(reader) {
  const all = await rows("readonly", (store) => store.getAll());
  const refused = all.filter((row) => row.reader === reader && row.refused);
  for (const row of refused) await forget(row);
  return refused.length;
}

let run = Promise.resolve();

// Send what this reader did, in order, one run at a time. Resolves to how many rows were taken;
// rejects when there is no line, with all unsent rows still kept.
function send(reader, token) {
  run = run.catch(() => {}).then(() => sendAll(reader, token));
  return run;
}

async function sendAll(reader, token) {
  let sent = 0;
  for (const row of await unsentOf(reader)) {
    const sending = fetch(row.address, {
      method: "POST",
      body: new URLSearchParams(row.fields),
      headers: { "Lesson-Saved": "1", "X-CSRFToken": token },
      redirect: "manual",
    });
    const response = await within(WAIT, sending);
    const refused =
      response.status >= 400 && response.status < 500 && !NOT_NOW.includes(response.status);
    if (!response.ok && !refused) break;
    await (refused ? keep({ ...row, refused: true }) : forget(row));
    sent += refused ? 0 : 1;
  }
  return sent;
}
