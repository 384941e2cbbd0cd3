// Counts the minutes of a test down on the page, and says them aloud near the end. The server alone
// decides when the time is over; without this script its words stand as they were sent.

const MINUTE = 60_000; // Milliseconds.
const SAID = [5, 1]; // Minutes left at which a screen reader hears it; also when it is over.

export function start(timer) {
  const words = timer.querySelector("[data-words]");
  const status = timer.querySelector("[role=status]");
  const sentences = timer.dataset.countdown.split("|");
  // By the clock on the wall: a phone that slept has lost the time as well.
  const end = Date.now() + Number(timer.dataset.seconds) * 1000;
  const minutesLeft = () => Math.floor((end - Date.now()) / MINUTE);
  let shown = minutesLeft();

  function tell() {
    const left = Math.max(minutesLeft(), -1);
    if (left >= shown || left >= sentences.length) return;
    const heard = left < 0 || SAID.some((minutes) => left <= minutes && minutes < shown);
    shown = left;
    words.textContent = left < 0 ? timer.dataset.over : sentences[left];
    if (heard) status.textContent = words.textContent;
  }

  setInterval(tell, 1000);
  document.addEventListener("visibilitychange", tell);
}
