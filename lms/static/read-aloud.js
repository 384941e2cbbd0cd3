// Reads a page aloud in the voice of the reader's own phone. The buttons show up only where the
// phone has a voice for the language of the words: a wrong voice would make nonsense of them.

const PIECES = "h1, h2, h3, p, li, legend, label, summary";

export function start(controls) {
  const speech = window.speechSynthesis;
  if (!speech) return;
  const listen = controls.querySelector("[data-listen]");
  const stop = controls.querySelector("[data-stop]");
  const status = controls.querySelector("[role=status]");
  const screen = controls.parentElement;
  const language = controls.dataset.language;
  const voice = () => speech.getVoices().find((known) => speaks(known.lang, language));

  const offer = () => (controls.hidden = !voice());
  offer();
  // Some browsers learn their voices late.
  speech.addEventListener?.("voiceschanged", offer);

  let round = 0; // Speech that was stopped must not go on with its next piece.

  function read() {
    const own = ++round;
    const pieces = textOf(screen, language);
    const next = () => {
      if (own !== round) return;
      const piece = pieces.shift();
      if (piece === undefined) return end(status.dataset.done);
      const words = new SpeechSynthesisUtterance(piece);
      words.voice = voice();
      words.lang = words.voice.lang;
      words.onend = next;
      words.onerror = () => own === round && end("");
      speech.speak(words);
    };
    speech.cancel();
    show(true, status.dataset.reading);
    next();
  }

  function end(message) {
    round += 1;
    speech.cancel();
    show(false, message);
  }

  function show(reading, message) {
    listen.setAttribute("aria-pressed", String(reading));
    stop.hidden = !reading;
    status.textContent = message;
  }

  const isReading = () => listen.getAttribute("aria-pressed") === "true";
  listen.addEventListener("click", () => (isReading() ? end(status.dataset.stopped) : read()));
  stop.addEventListener("click", () => {
    end(status.dataset.stopped);
    listen.focus();
  });
  document.addEventListener("visibilitychange", () => {
    if (isReading()) document.hidden ? speech.pause() : speech.resume();
  });
  window.addEventListener("pagehide", () => end(""));
}

// "en-GB", "en_GB" and "en" are all a voice for "en-gb".
function speaks(voice, language) {
  const tongue = (code) => code.toLowerCase().split(/[-_]/)[0];
  return tongue(voice) === tongue(language);
}

// What a reader sees of the parts that are to be read aloud, in order: one piece for each heading,
// paragraph, item and answer. Words in another language are left out.
function textOf(screen, language) {
  const parts = [...screen.querySelectorAll("[data-aloud]")];
  return parts
    .flatMap((part) => (part.matches(PIECES) ? [part] : [...part.querySelectorAll(PIECES)]))
    .filter((piece) => !piece.querySelector(PIECES) && isShown(piece))
    .filter((piece) => speaks(piece.closest("[lang]").lang, language))
    .map((piece) => piece.textContent.trim().replace(/\s+/g, " "))
    .filter(Boolean);
}

function isShown(piece) {
  const closed = piece.closest("details:not([open])");
  return piece.getClientRects().length > 0 && (!closed || piece.matches("summary"));
}
