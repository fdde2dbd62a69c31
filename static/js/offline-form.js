// The form of readings without a network: drawn from what this device knows, kept here until it can be sent.

import "./offline/sendings.js";
import { dropFromDraft } from "./draft.js";
import { readDigits, readScaled, writeScaled } from "./numbers.js";
import { drawSending } from "./offline/told.js";

const { sendings } = self;

const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 60_000;

const NOT_KEPT = "Телефон не сохранил цифры: похоже, на нём не осталось места. Запишите их и передайте, когда появится связь.";

/** Of this device's clock and zone, as "2026-11-25". */
function tellToday() {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}

const find = (root, name) => root.querySelector(`[data-${name}]`);
const copy = (page, name) => find(page, `${name}-template`).content.firstElementChild.cloneNode(true);

function drawScale(page, card, scale) {
  const row = copy(page, "scale");
  Object.assign(row.dataset, { previous: scale.previous, unit: scale.unit, left: scale.left, right: scale.right });
  const input = row.querySelector("input");
  input.id = input.name = scale.field;
  Object.assign(input.dataset, { left: scale.left, right: scale.right });
  input.setAttribute("aria-label", `${scale.name}, ${card.title}, ${card.sub}`);
  const label = row.querySelector("label");
  label.htmlFor = input.id;
  label.prepend(scale.name);
  label.querySelector("small").textContent = scale.hours;
  row.querySelector("output").htmlFor = input.id;
  const was = find(row, "was");
  if (scale.previous === "") was.textContent = "показаний ещё не было";
  else {
    was.querySelector("b").textContent = writeScaled(readScaled(scale.previous, scale.right), scale.right);
    was.querySelector("small").textContent = scale.previousDay;
  }
  return row;
}

/** Until when it has to arrive, told by the clock of this device. */
function tellDays({ cutOff, cutOffDay }) {
  if (!cutOffDay) return "";
  const late = tellToday() > cutOff;
  return late
    ? `Показания до ${cutOffDay} уже вошли в счёт, эти войдут в следующий.`
    : `Чтобы войти в ближайший счёт, показания должны дойти до ${cutOffDay}.`;
}

function drawCard(page, card) {
  const drawn = copy(page, "card");
  drawn.querySelector("h3").textContent = card.title;
  find(drawn, "sub").textContent = card.sub;
  if (card.sent) find(drawn, "sent").hidden = false;
  const place = find(drawn, "scales");
  place.replaceWith(...card.scales.map((scale) => drawScale(page, card, scale)));
  if (!card.scales.every(({ previous }) => previous !== "")) find(drawn, "unchanged-foot").remove();
  return drawn;
}

function drawCards(page, facts) {
  find(page, "days").textContent = [...new Set(facts.cards.map(tellDays))].filter(Boolean).join(" ");
  const groups = Map.groupBy ? Map.groupBy(facts.cards, ({ group }) => group) : new Map();
  if (!Map.groupBy) for (const card of facts.cards) groups.set(card.group, [...(groups.get(card.group) ?? []), card]);
  for (const [name, cards] of groups) {
    const title = document.createElement("h2");
    title.className = "group-title";
    title.textContent = name;
    find(page, "cards").append(title, ...cards.map((card) => drawCard(page, card)));
  }
}

/** Say beside a field what is wrong with it; nothing takes it away. */
function complain(input, words) {
  const row = input.closest("[data-usage]");
  row.querySelector(".errorlist")?.remove();
  input.toggleAttribute("aria-invalid", false);
  if (!words) return;
  const list = document.createElement("ul");
  const item = document.createElement("li");
  item.textContent = words;
  list.className = "errorlist";
  list.id = `${input.id}_error`;
  list.append(item);
  row.append(list);
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", list.id);
}

/** What was typed by field name, or null when something must be put right first. */
function readForm(form) {
  const values = {};
  let wrong = null;
  for (const meter of form.querySelectorAll("[data-meter]")) {
    const inputs = [...meter.querySelectorAll("[data-usage] input")];
    const started = inputs.some(({ value }) => value.trim());
    for (const input of inputs) {
      const text = input.value.trim();
      const words = !started ? "" : !text ? "Впишите все зоны этого счётчика сразу." : readDigits(text) ? "" : "Впишите только цифры, как на счётчике, дробь отделите запятой.";
      complain(input, words);
      if (words) wrong ??= input;
      else if (text) values[input.name] = text;
    }
  }
  wrong?.focus();
  return wrong ? null : values;
}

export default async function offerOfflineForm(page) {
  const facts = await sendings.getKnown();
  const form = find(page, "form");
  const list = find(page, "list");

  async function show() {
    const rows = (await sendings.list()).filter(({ owner }) => owner === facts?.owner);
    list.replaceChildren(...rows.map((row) => drawSending(row, facts, deedsFor(row))));
    list.hidden = rows.length === 0;
  }

  function deedsFor(row) {
    if (row.state === "sent") return [["Понятно", () => sendings.remove(row.key).then(show)]];
    const back = ["Исправить", () => takeBack(row)];
    return row.state === "waiting" ? [["Передать сейчас", () => send()], back] : [back];
  }

  // The values go back into the form; sent anew they have a key of their own and take the place of these.
  async function takeBack(row) {
    await sendings.remove(row.key);
    for (const [name, value] of Object.entries(row.values)) {
      const input = form.elements.namedItem(name);
      if (!input) continue;
      input.value = value;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }
    await show();
    form.querySelector("input")?.focus();
  }

  // A line that comes and goes says "online" once and may still fail: tried again, ever more rarely, while the page is open.
  let again = 0;
  async function send(pause = FIRST_PAUSE) {
    clearTimeout(again);
    const stuck = await sendings.sendAll();
    await show();
    if (stuck) again = setTimeout(send, pause, Math.min(pause * 2, LONGEST_PAUSE));
  }

  async function keep(event) {
    event.preventDefault();
    const values = readForm(form);
    if (!values || Object.keys(values).length === 0) return;
    try {
      await sendings.keep({ key: crypto.randomUUID(), owner: facts.owner, values });
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      find(page, "summary").textContent = NOT_KEPT;
      return;
    }
    form.reset();
    for (const input of form.querySelectorAll("input")) input.dispatchEvent(new Event("input", { bubbles: true }));
    await show();
    list.scrollIntoView({ block: "nearest" });
    list.focus();
    await send();
  }

  find(page, facts?.cards.length ? "nothing" : "form").remove();
  find(page, "elsewhere").hidden = ["/readings/", "/readings/offline/"].includes(location.pathname);
  if (facts?.cards.length) {
    drawCards(page, facts);
    form.dataset.draft = `readings-${facts.owner}-${tellToday().slice(0, 7)}`;
    for (const { values } of await sendings.list()) dropFromDraft(form.dataset.draft, values);
    form.hidden = false;
    form.addEventListener("submit", keep);
    page.dispatchEvent(new CustomEvent("face:added", { bubbles: true }));
  }
  await show();
  await send();
  window.addEventListener("online", () => send());
  navigator.serviceWorker?.addEventListener("message", show);
}
