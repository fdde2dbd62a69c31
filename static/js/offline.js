// On the page of readings: remembers what the form needs without a network, and sends what was kept meanwhile.

import "./offline/sendings.js";
import { drawSending } from "./offline/told.js";

const { sendings } = self;

/** Put what was typed back into the fields that are still empty; tells whether all of it found its field. */
function fillIn(values) {
  let whole = true;
  for (const [name, value] of Object.entries(values)) {
    const input = document.querySelector(`input[name="${CSS.escape(name)}"]`);
    if (!input) whole = false;
    else if (input.value === "") {
      input.value = value;
      input.closest("details")?.setAttribute("open", "");
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
  return whole;
}

const isUntouched = () => [...document.querySelectorAll("[data-usage] input")].every(({ value }) => value.trim() === "");

async function settle(place, facts) {
  const before = (await sendings.list()).filter(({ owner }) => owner === facts.owner);
  if (before.length === 0) return;
  place.hidden = false;
  const draw = (rows) => place.replaceChildren(...rows.map((row) => drawSending(row, facts)));
  draw(before);
  await sendings.sendAll();
  const rows = (await sendings.list()).filter(({ owner }) => owner === facts.owner);
  draw(rows);
  for (const row of rows) {
    // Told once: the receipt is on the portal now, and what is to be checked stands in the form and its draft.
    if (row.state === "sent" || (row.state === "check" && fillIn(row.values))) await sendings.remove(row.key);
  }
  const [only] = rows;
  if (rows.length === 1 && only.state === "sent" && isUntouched()) location.replace(only.url);
}

/** Say that the form opens without a network, once it does, and offer to install the portal where a browser can. */
async function tellReady() {
  const words = document.querySelector("[data-offline-ready]");
  if (!words || !navigator.serviceWorker) return;
  await navigator.serviceWorker.ready;
  words.classList.add("is-ready");
  const button = words.querySelector("[data-install]");
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    button.hidden = false;
    button.addEventListener("click", () => event.prompt().then(() => { button.hidden = true; }));
  });
}

export default async function keepOffline(place) {
  const facts = JSON.parse(document.getElementById(place.dataset.offline).textContent);
  try {
    await navigator.serviceWorker?.register("/service-worker.js");
    await sendings.know(facts);
    tellReady();
    await settle(place, facts);
  } catch (error) {
    // A browser that lets nothing be stored has no form without a network; the page itself is whole.
    if (!(error instanceof DOMException || error instanceof TypeError)) throw error;
    return;
  }
  window.addEventListener("online", () => settle(place, facts));
  navigator.serviceWorker?.addEventListener("message", () => settle(place, facts));
}
