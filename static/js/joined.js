// Joined from the modules beside it by `manage.py join_js`; a test compares. Edit those, not this.
const modules = {};
const taken = {};
function take(name) {
if (!(name in taken)) modules[name]((taken[name] = {}));
return taken[name];
}
modules["app.js"] = (out) => {
const behaviours = [
  ["[data-drum]", () => Promise.resolve(take("drum.js"))],
  ["[data-usage]", () => Promise.resolve(take("usage.js"))],
  ["[data-unchanged]", () => Promise.resolve(take("unchanged.js"))],
  ["[data-summary]", () => Promise.resolve(take("summary.js"))],
  ["form[data-draft], [data-draft-clear]", () => Promise.resolve(take("draft.js"))],
  ["[data-poll]", () => Promise.resolve(take("poll.js"))],
  ["[data-offline]", () => Promise.resolve(take("offline.js"))],
  ["[data-offline-form]", () => Promise.resolve(take("offline-form.js"))],
  ["form[data-sign-out]", () => Promise.resolve(take("sign-out.js"))],
  ["[data-password-checklist]", () => Promise.resolve(take("password-checklist.js"))],
  ["[data-reveal]", () => Promise.resolve(take("reveal-password.js"))],
  ["[data-countdown]", () => Promise.resolve(take("countdown.js"))],
  ["[data-shows-when]", () => Promise.resolve(take("choose-fields.js"))],
  ["[data-copy]", () => Promise.resolve(take("copy.js"))],
  ["[data-passkey]", () => Promise.resolve(take("passkey.js"))],
  ["[data-dismiss]", () => Promise.resolve(take("dismiss.js"))],
  ["[data-focus-now]", () => Promise.resolve(take("focus-now.js"))],
  ["form[data-upload-progress]", () => Promise.resolve(take("upload-progress.js"))],
  ["[data-file-limit]", () => Promise.resolve(take("chosen-files.js"))],
  ["form[method=post]:not([data-many])", () => Promise.resolve(take("submit-once.js"))],
];

async function bind(root) {
  const wanted = [];
  for (const [selector, load] of behaviours) {
    const elements = [...root.querySelectorAll(selector)];
    if (root instanceof Element && root.matches(selector)) elements.unshift(root);
    if (elements.length > 0) wanted.push({ selector, elements, module: load() });
  }
  for (const { selector, elements, module } of wanted) {
    const { default: behave } = await module;
    for (const element of elements) {
      const bound = (element.boundBehaviours ??= new Set());
      if (bound.has(selector)) continue;
      bound.add(selector);
      behave(element);
    }
  }
}

async function noticeOwner({ owner }) {
  try {
    const before = localStorage.getItem("owner");
    if (before !== null && before !== owner) {
      await Promise.resolve(take("offline/sendings.js"));
      await self.sendings.forgetOthers(owner);
    }
    localStorage.setItem("owner", owner);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}

if (document.documentElement.dataset.owner) noticeOwner(document.documentElement.dataset);
document.addEventListener("face:added", (event) => bind(event.target));
bind(document);
};
modules["choose-fields.js"] = (out) => {
function chooseFields(part) {
  const [name, values] = part.dataset.showsWhen.split("=");
  const wanted = values.split("|");
  const form = part.closest("form") ?? document;

  function choose() {
    const controls = [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)];
    const chosen = controls.find((control) => control.tagName === "SELECT" || control.checked);
    const shown = !chosen || wanted.includes(chosen.value);
    part.hidden = !shown;
    for (const control of part.querySelectorAll("input, select, textarea")) control.disabled = !shown;
  }

  form.addEventListener("change", (event) => { if (event.target.name === name) choose(); });
  choose();
}
Object.assign(out, { default: chooseFields });
};
modules["chosen-files.js"] = (out) => {
const LARGE = 1024 * 1024;

function size(bytes) {
  const [number, unit] = bytes >= LARGE ? [bytes / LARGE, "МБ"] : [Math.max(bytes / 1024, 1), "КБ"];
  return `${number.toFixed(bytes >= LARGE ? 1 : 0).replace(".", ",")}\u00a0${unit}`;
}

function listFiles(input) {
  const limit = Number(input.dataset.fileLimit);
  const list = document.createElement("ul");
  list.className = "files chosen-files";
  list.setAttribute("aria-live", "polite");
  input.after(list);

  input.addEventListener("change", () => {
    const files = [...input.files];
    const items = files.map((file) => {
      const item = document.createElement("li");
      const about = document.createElement("small");
      about.textContent = size(file.size);
      item.append(`${file.name} `, about);
      return item;
    });
    if (files.length > limit) {
      const warning = document.createElement("li");
      warning.className = "is-bad";
      warning.textContent = `Выбрано ${files.length}, а приложить можно не больше ${limit}. Уберите лишние.`;
      items.unshift(warning);
    }
    list.replaceChildren(...items);
  });
}
Object.assign(out, { default: listFiles });
};
modules["copy.js"] = (out) => {
function offerCopy(button) {
  if (!navigator.clipboard) return;
  button.hidden = false;
  const words = [...button.childNodes];
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = "Скопировано";
    setTimeout(() => { button.replaceChildren(...words); }, 2000);
  });
}
Object.assign(out, { default: offerCopy });
};
modules["costs.js"] = (out) => {
const { readScaled, writeScaled } = take("numbers.js");

const NO_BREAK_SPACE = "\u00a0";
const PLACES = 8;
const PRICE_PLACES = 4;
const KOPECK = 10n ** BigInt(PLACES + PRICE_PLACES - 2);
const ORDINALS = ["в первом", "во втором", "в третьем", "в четвёртом", "в пятом"];

function readSteps(text) {
  return text.split(";").filter(Boolean).map((step) => {
    const [upTo, price] = step.split(":");
    return { upTo: upTo ? readScaled(upTo, PLACES) : null, price: readScaled(price, PRICE_PLACES) };
  });
}

function countCost(used, places, ratio, steps) {
  if (steps.length === 0 || used < 0n) return null;
  const use = used * readScaled(ratio, 2) * 10n ** BigInt(PLACES - places - 2);
  let kopecks = 0n;
  let begins = 0n;
  for (const [at, { upTo, price }] of steps.entries()) {
    const ends = upTo === null || use < upTo ? use : upTo;
    kopecks += ((ends - begins) * price + KOPECK / 2n) / KOPECK;
    if (upTo === null || use < upTo) return { kopecks, number: at + 1, price, left: upTo === null ? null : upTo - use, begins };
    begins = upTo;
  }
  return null;
}

function writeMoney(kopecks) {
  const rest = String(kopecks % 100n).padStart(2, "0");
  return `${writeScaled(kopecks / 100n, 0)},${rest}${NO_BREAK_SPACE}₽`;
}

function writePrice(price) {
  const [whole, fraction = ""] = writeScaled(price, PRICE_PLACES).split(",");
  return `${whole},${fraction.padEnd(2, "0")}${NO_BREAK_SPACE}₽`;
}

function tellPlace({ number, price, left, begins }, steps, unit) {
  if (steps.length < 2) return "";
  const amount = (value) => writeScaled(value, PLACES) + (unit ? NO_BREAK_SPACE + unit : "");
  const name = ORDINALS[number - 1] ?? `в ${number}-м`;
  const rest = left === null ? `больше ${amount(begins)} — по ${writePrice(price)}` : `ещё ${amount(left)} по ${writePrice(price)}`;
  return `Вы ${name} диапазоне: ${rest}`;
}
Object.assign(out, { readSteps, countCost, writeMoney, tellPlace });
};
modules["countdown.js"] = (out) => {
function write(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function countDown(button) {
  const ends = Date.now() + Number(button.dataset.countdown) * 1000;
  const words = button.textContent.trim();

  function tick() {
    const left = Math.ceil((ends - Date.now()) / 1000);
    if (left <= 0) {
      button.disabled = false;
      button.textContent = words;
      return;
    }
    button.disabled = true;
    button.textContent = `${words} через ${write(left)}`;
    setTimeout(tick, 1000);
  }

  tick();
}
Object.assign(out, { default: countDown });
};
modules["dismiss.js"] = (out) => {
function dismiss(menu) {
  document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });
}
Object.assign(out, { default: dismiss });
};
modules["draft.js"] = (out) => {
const PREFIX = "draft:";

function clear(key) {
  for (const name of Object.keys(localStorage)) {
    if (name.startsWith(PREFIX + key)) localStorage.removeItem(name);
  }
}

function dropFromDraft(draft, values) {
  const stored = JSON.parse(localStorage.getItem(PREFIX + draft) ?? "{}");
  for (const [name, value] of Object.entries(values)) if (stored[name]?.trim() === value) delete stored[name];
  localStorage.setItem(PREFIX + draft, JSON.stringify(stored));
}

function keep(form) {
  const name = PREFIX + form.dataset.draft;
  const inputs = () => [...form.querySelectorAll("[data-drum] input, [data-draft-field]")];
  const stored = JSON.parse(localStorage.getItem(name) ?? "{}");
  for (const input of inputs()) {
    if (input.value === "" && stored[input.name]) {
      input.value = stored[input.name];
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
  const save = () => {
    const values = inputs().filter(({ value }) => value.trim()).map((input) => [input.name, input.value]);
    if (values.length) localStorage.setItem(name, JSON.stringify(Object.fromEntries(values)));
    else localStorage.removeItem(name);
  };
  save();
  form.addEventListener("input", save);
}

function keepDraft(element) {
  try {
    if (element.dataset.draftClear !== undefined) clear(element.dataset.draftClear);
    else keep(element);
  } catch (error) {
    if (!(error instanceof DOMException || error instanceof SyntaxError)) throw error;
  }
}
Object.assign(out, { dropFromDraft, default: keepDraft });
};
modules["drum.js"] = (out) => {
const { readDigits } = take("numbers.js");

function drawDrum(drum) {
  const input = drum.querySelector("input");
  const row = drum.querySelector(".drum-cells");
  if (!input || !row) return;
  const left = Number(input.dataset.left ?? 6);
  const right = Number(input.dataset.right ?? 0);

  let places = [];

  function layOut() {
    const digits = readDigits(input.value);
    if (!digits) return null;
    const comma = input.value.search(/[.,]/);
    const signs = [...input.value].map((sign, at) => ({ sign, at })).filter(({ sign }) => /\d/.test(sign));
    const whole = signs.filter(({ at }) => comma < 0 || at < comma);
    const fraction = signs.filter(({ at }) => comma >= 0 && at > comma).slice(0, right);
    while (whole.length > left && whole[0].sign === "0") whole.shift();
    const cells = whole.map(({ sign, at }) => ({ digit: sign, at, blank: false, fraction: false }));
    const typed = cells.findIndex(({ digit }) => digit !== "0");
    const zeros = typed < 0 ? cells.length - 1 : typed;
    cells.slice(0, Math.max(zeros, 0)).forEach((cell) => { cell.blank = true; });
    while (cells.length < left) cells.unshift({ digit: "0", at: -1, blank: true, fraction: false });
    for (let place = 0; place < right; place += 1) {
      const sign = fraction[place];
      cells.push({ digit: sign?.sign ?? "0", at: sign?.at ?? -1, blank: !sign, fraction: true });
    }
    return cells;
  }

  function emptyCells() {
    return Array.from({ length: left + right }, (_, place) => ({ digit: "0", at: -1, blank: true, fraction: place >= left }));
  }

  function draw() {
    const cells = layOut();
    const readable = cells !== null || input.value.trim() === "";
    drum.classList.toggle("is-live", readable);
    places = cells ?? emptyCells();
    while (row.children.length < places.length) row.append(document.createElement("span"));
    while (row.children.length > places.length) row.lastElementChild.remove();
    places.forEach((cell, place) => {
      const window = row.children[place];
      window.className = "drum-cell";
      window.classList.toggle("is-fraction", cell.fraction);
      window.classList.toggle("is-blank", cell.blank);
      if (window.textContent !== cell.digit) window.textContent = cell.digit;
    });
    drawCaret();
  }

  function drawCaret() {
    const { selectionStart: start, selectionEnd: end } = input;
    const comma = input.value.search(/[.,]/);
    let caret = -1;
    if (document.activeElement === input && start === end) {
      places.forEach(({ at }, place) => { if (at >= 0 && at < start) caret = place; });
      if (caret < 0 || (comma >= 0 && start === comma + 1)) caret = Math.max(caret, left - 1);
    }
    [...row.children].forEach((window, place) => {
      const { at } = places[place];
      window.classList.toggle("has-caret", place === caret);
      window.classList.toggle("is-selected", document.activeElement === input && start < end && at >= start && at < end);
    });
  }

  function putCaretWhereClicked(event) {
    if (input.selectionStart !== input.selectionEnd) return;
    const cells = [...row.children];
    const place = cells.findIndex((cell) => event.clientX <= cell.getBoundingClientRect().right);
    const known = places[place];
    const at = known && known.at >= 0 ? known.at + 1 : place >= 0 && place < left ? null : input.value.length;
    const position = at ?? (places.find((cell) => cell.at >= 0)?.at ?? 0);
    input.setSelectionRange(input.value === "" ? 0 : position, input.value === "" ? 0 : position);
    drawCaret();
  }

  function cleanPasted(event) {
    const text = event.clipboardData?.getData("text") ?? "";
    const number = /\d[\d\s\u00a0\u202f]*(?:[.,]\d+)?/.exec(text)?.[0].replace(/[\s\u00a0\u202f]/g, "").replace(".", ",");
    if (!number || number === text) return;
    event.preventDefault();
    input.setRangeText(number, input.selectionStart, input.selectionEnd, "end");
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  input.addEventListener("input", draw);
  input.addEventListener("paste", cleanPasted);
  input.addEventListener("click", putCaretWhereClicked);
  for (const name of ["focus", "blur", "keyup", "select"]) input.addEventListener(name, drawCaret);
  document.addEventListener("selectionchange", () => { if (document.activeElement === input) drawCaret(); });
  draw();
}
Object.assign(out, { default: drawDrum });
};
modules["focus-now.js"] = (out) => {
function focusNow(element) {
  element.focus({ preventScroll: false });
}
Object.assign(out, { default: focusNow });
};
modules["numbers.js"] = (out) => {
const NO_BREAK_SPACE = "\u00a0";

function readDigits(text) {
  const clean = text.replace(/[\s\u00a0\u202f]/g, "").replace(".", ",");
  const match = /^(\d*)(?:,(\d*))?$/.exec(clean);
  if (!match || clean === "" || clean === ",") return null;
  return { whole: match[1].replace(/^0+(?=\d)/, ""), fraction: match[2] ?? null };
}

function readScaled(text, places) {
  const digits = readDigits(text);
  if (!digits) return null;
  const fraction = (digits.fraction ?? "").slice(0, places).padEnd(places, "0");
  return BigInt((digits.whole || "0") + fraction);
}

function writeScaled(value, places) {
  const sign = value < 0n ? "\u2212" : "";
  const digits = String(value < 0n ? -value : value).padStart(places + 1, "0");
  const whole = digits.slice(0, digits.length - places).replace(/\B(?=(\d{3})+$)/g, NO_BREAK_SPACE);
  const fraction = digits.slice(digits.length - places).replace(/0+$/, "");
  return sign + (places && fraction ? `${whole},${fraction}` : whole);
}

function choosePlural(number, [one, few, many]) {
  const rule = new Intl.PluralRules("ru").select(number);
  return rule === "one" ? one : rule === "few" ? few : many;
}
Object.assign(out, { readDigits, readScaled, writeScaled, choosePlural });
};
modules["offline-form.js"] = (out) => {
take("offline/sendings.js");
const { dropFromDraft } = take("draft.js");
const { readDigits, readScaled, writeScaled } = take("numbers.js");
const { drawSending } = take("offline/told.js");

const { sendings } = self;

const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 60_000;

const NOT_KEPT = "Телефон не сохранил цифры: похоже, на нём не осталось места. Запишите их и передайте, когда появится связь.";

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

async function offerOfflineForm(page) {
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
Object.assign(out, { default: offerOfflineForm });
};
modules["offline.js"] = (out) => {
take("offline/sendings.js");
const { drawSending } = take("offline/told.js");

const { sendings } = self;

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
    if (row.state === "sent" || (row.state === "check" && fillIn(row.values))) await sendings.remove(row.key);
  }
  const [only] = rows;
  if (rows.length === 1 && only.state === "sent" && isUntouched()) location.replace(only.url);
}

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

async function keepOffline(place) {
  const facts = JSON.parse(document.getElementById(place.dataset.offline).textContent);
  try {
    await navigator.serviceWorker?.register("/service-worker.js");
    await sendings.know(facts);
    tellReady();
    await settle(place, facts);
  } catch (error) {
    if (!(error instanceof DOMException || error instanceof TypeError)) throw error;
    return;
  }
  window.addEventListener("online", () => settle(place, facts));
  navigator.serviceWorker?.addEventListener("message", () => settle(place, facts));
}
Object.assign(out, { default: keepOffline });
};
modules["offline/sendings.js"] = (out) => {
self.sendings = (() => {
  const NAME = "readings";
  const VERSION = 1;
  const DOOR = "/readings/sendings/";
  const KNOWN = "known";
  const WAITING = "sendings";
  const DAYS_KEPT = 40;
  const DAY = 86_400_000;
  const TOO_OLD = "Эти цифры записаны давно. Посмотрите на счётчик и передайте заново.";

  function open() {
    return new Promise((resolve, reject) => {
      const asked = indexedDB.open(NAME, VERSION);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore(KNOWN);
        asked.result.createObjectStore(WAITING, { keyPath: "key" });
      };
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  }

  async function within(store, mode, deed) {
    const base = await open();
    try {
      return await new Promise((resolve, reject) => {
        const transaction = base.transaction(store, mode);
        const asked = deed(transaction.objectStore(store));
        transaction.oncomplete = () => resolve(asked.result);
        transaction.onabort = () => reject(transaction.error ?? asked.error);
      });
    } finally {
      base.close();
    }
  }

  const know = (facts) => within(KNOWN, "readwrite", (store) => store.put(facts, "facts"));

  const forgetOthers = (owner) =>
    within(KNOWN, "readwrite", (store) => {
      const asked = store.get("facts");
      asked.onsuccess = () => { if (asked.result?.owner !== owner) store.clear(); };
      return asked;
    });

  async function getKnown() {
    const facts = await within(KNOWN, "readonly", (store) => store.get("facts"));
    return facts && Date.now() - Date.parse(facts.seen) < DAYS_KEPT * DAY ? facts : null;
  }

  async function keep({ key, owner, values }) {
    await within(WAITING, "readwrite", (store) => store.put({ key, owner, values, state: "waiting", savedAt: Date.now() }));
    await askForSync();
  }

  const list = async () => (await within(WAITING, "readonly", (store) => store.getAll())).sort((a, b) => a.savedAt - b.savedAt);
  const remove = (key) => within(WAITING, "readwrite", (store) => store.delete(key));
  const mark = (sending, facts) => within(WAITING, "readwrite", (store) => store.put(Object.assign(sending, facts)));

  const isOpen = ({ state }) => state === "waiting" || state === "sign_in";

  async function askForSync() {
    try {
      const registration = self.registration ?? (await navigator.serviceWorker?.getRegistration());
      await registration?.sync?.register(NAME);
    } catch {
    }
  }

  async function sendAll() {
    if (!(await list()).some(isOpen)) return 0;
    const { locks } = self.navigator;
    return locks ? locks.request("readings-sending", sendInTurn) : sendInTurn();
  }

  async function sendInTurn() {
    const waiting = (await list()).filter(isOpen);
    const door = await knock();
    let stuck = 0;
    for (const sending of waiting) {
      if (door.state) await mark(sending, { state: door.state });
      else if (sending.owner === door.owner) await sendOrAsk(sending, door.token);
      else continue;
      if (sending.state === "waiting") stuck += 1;
    }
    return stuck;
  }

  async function knock() {
    try {
      const answer = await fetch(DOOR, { credentials: "same-origin", redirect: "manual", cache: "no-store" });
      if (answer.type === "opaqueredirect") return { state: "sign_in" };
      return answer.ok ? await answer.json() : { state: "waiting" };
    } catch {
      return { state: "waiting" };
    }
  }

  function sendOrAsk(sending, token) {
    const isOld = Date.now() - sending.savedAt > DAYS_KEPT * DAY;
    return isOld ? mark(sending, { state: "check", errors: [TOO_OLD] }) : sendOne(sending, token);
  }

  async function sendOne(sending, token) {
    let answer;
    try {
      answer = await fetch(DOOR, {
        method: "POST",
        credentials: "same-origin",
        redirect: "manual",
        headers: { "X-CSRFToken": token },
        body: new URLSearchParams({ ...sending.values, key: sending.key }),
      });
    } catch {
      return mark(sending, { state: "waiting" });
    }
    if (answer.type === "opaqueredirect") return mark(sending, { state: "sign_in" });
    if (answer.ok) return mark(sending, { state: "sent", values: {}, ...(await answer.json()) });
    if (answer.status === 422) return mark(sending, { state: "check", ...(await answer.json()) });
    return mark(sending, { state: "waiting" });
  }

  return { know, forgetOthers, getKnown, keep, list, remove, sendAll, isOpen };
})();
};
modules["offline/told.js"] = (out) => {
const SIGN_IN = "/sign-in/?next=/readings/";
const KINDS = { waiting: "info", sign_in: "question", check: "question", sent: "good" };

function tell({ state, receipts = [], bills = [], errors = [] }) {
  if (state === "sent") return [`Передано, № ${receipts.join(", № ")}.`, bills.length ? `Войдут в счёт за ${bills.join(" и ")}.` : ""];
  if (state === "check") return ["Проверьте:", errors.join(" ")];
  if (state === "sign_in") return ["Нужен вход.", "Показания целы: войдите, и мы их передадим."];
  return ["Сохранено на телефоне, ещё не передано.", "Уйдёт само, когда появится связь. День передачи — тот, когда дойдёт."];
}

function listValues(values, facts) {
  const cards = (facts?.cards ?? []).map(({ title, scales }) => {
    const typed = scales.filter(({ field }) => values[field]).map(({ field, name }) => `${name} ${values[field]}`);
    return typed.length ? `${title}: ${typed.join(", ")}` : "";
  });
  return cards.filter(Boolean).join("; ");
}

function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

function drawSending(sending, facts, deeds = []) {
  const [title, text] = tell(sending);
  const words = make("p", "", make("b", "", title), " ", text);
  const values = listValues(sending.values ?? {}, facts);
  if (values) words.append(make("small", "", values));
  const when = new Intl.DateTimeFormat("ru", { day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" });
  if (sending.state !== "sent") words.append(make("small", "", `Записано ${when.format(sending.savedAt).replace(" в ", ", ")}`));
  const actions = make("div", "actions");
  const address = sending.state === "sent" ? sending.url : sending.state === "sign_in" ? SIGN_IN : "";
  if (address) {
    const link = make("a", "button small", sending.state === "sent" ? "Посмотреть" : "Войти");
    link.href = address;
    actions.append(link);
  }
  for (const [label, deed] of deeds) {
    const button = make("button", "quiet small", label);
    button.type = "button";
    button.addEventListener("click", deed);
    actions.append(button);
  }
  const notice = make("div", `notice notice--${KINDS[sending.state]}`, words);
  notice.dataset.sending = sending.state;
  if (actions.childElementCount) notice.append(actions);
  return notice;
}
Object.assign(out, { drawSending });
};
modules["passkey.js"] = (out) => {
const toBytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));

const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

function readOptions(options) {
  const known = (list) => list?.map((each) => ({ ...each, id: toBytes(each.id) }));
  const read = { ...options, challenge: toBytes(options.challenge) };
  if (options.user) read.user = { ...options.user, id: toBytes(options.user.id) };
  if (options.allowCredentials) read.allowCredentials = known(options.allowCredentials);
  if (options.excludeCredentials) read.excludeCredentials = known(options.excludeCredentials);
  return read;
}

function writeAnswer(credential) {
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const found = parts.filter((part) => credential.response[part]);
  return JSON.stringify({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    response: Object.fromEntries(found.map((part) => [part, toText(credential.response[part])])),
  });
}

async function askForProof(form, url) {
  const body = new URLSearchParams({ csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value });
  const answer = await fetch(url, { method: "POST", body });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return navigator.credentials.get({ publicKey: readOptions(await answer.json()) });
}

function offerPasskey(element) {
  if (!window.PublicKeyCredential || !navigator.credentials) return;
  element.hidden = false;
  const form = element.form;
  if (!form) return;
  const failed = form.querySelector("[data-passkey-failed]");

  element.addEventListener("click", async (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    if (failed) failed.hidden = true;
    try {
      const credential = element.dataset.passkeyOptions
        ? await navigator.credentials.create({ publicKey: readOptions(JSON.parse(element.dataset.passkeyOptions)) })
        : await askForProof(form, element.dataset.passkey);
      form.elements.credential.value = writeAnswer(credential);
    } catch {
      if (failed) failed.hidden = false;
      return;
    }
    form.requestSubmit(element);
  });
}
Object.assign(out, { default: offerPasskey });
};
modules["password-checklist.js"] = (out) => {
const rules = {
  latin: (text) => /\p{L}/u.test(text) && !/(?![A-Za-z])\p{L}/u.test(text),
  length: (text) => [...text].length >= 8,
  upper: (text) => /[A-Z]/.test(text),
  lower: (text) => /[a-z]/.test(text),
  digit: (text) => /[0-9]/.test(text),
  "no-space": (text) => text !== "" && !/[^\p{L}\x21-\x7e]/u.test(text),
};
const broken = {
  latin: (text) => /(?![A-Za-z])\p{L}/u.test(text),
  "no-space": (text) => /[^\p{L}\x21-\x7e]/u.test(text),
};

function watchPassword(list) {
  const input = document.getElementById(list.dataset.passwordChecklist);
  const said = list.parentElement?.querySelector("[data-password-checklist-said]");
  if (!input) return;
  const items = [...list.querySelectorAll("[data-rule]")];
  let pause;

  function judge() {
    for (const item of items) {
      const { rule } = item.dataset;
      item.classList.toggle("done", rules[rule]?.(input.value) ?? false);
      item.classList.toggle("wrong", broken[rule]?.(input.value) ?? false);
    }
    if (!said) return;
    clearTimeout(pause);
    pause = setTimeout(() => {
      const left = items.filter((item) => !item.classList.contains("done"));
      if (input.value === "") said.textContent = "";
      else if (left.length === 0) said.textContent = "Пароль подходит";
      else said.textContent = `Осталось: ${left.map((item) => item.textContent.trim().toLowerCase()).join(", ")}`;
    }, 900);
  }

  input.addEventListener("input", judge);
  judge();
}
Object.assign(out, { default: watchPassword });
};
modules["poll.js"] = (out) => {
const GIVE_UP_AFTER = 120_000; // unless data-poll-for says otherwise
const SLOWEST = 15_000;

function poll(element) {
  const every = Number(element.dataset.pollEvery) || 2000;
  const address = element.dataset.poll;
  const begun = Date.now();
  const giveUpAfter = Number(element.dataset.pollFor) || GIVE_UP_AFTER;
  let wait = every;
  let current = element;

  async function ask() {
    if (!current.isConnected) return;
    if (document.hidden) {
      document.addEventListener("visibilitychange", ask, { once: true });
      return;
    }
    try {
      const response = await fetch(address, { headers: { "X-Requested-With": "fetch" }, credentials: "same-origin" });
      if (response.redirected) return;
      if (response.ok && response.status !== 204) replace(await response.text());
      wait = response.ok ? every : Math.min(wait * 2, SLOWEST);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      wait = Math.min(wait * 2, SLOWEST);
    }
    if (current.isConnected && current.dataset.poll && Date.now() - begun < giveUpAfter) setTimeout(ask, wait);
  }

  function replace(html) {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    const fresh = holder.content.firstElementChild;
    if (!fresh || fresh.outerHTML === current.outerHTML) return;
    if ("pollReload" in fresh.dataset) {
      location.reload();
      return;
    }
    const live = current.getAttribute("aria-live");
    if (live && !fresh.hasAttribute("aria-live")) fresh.setAttribute("aria-live", live);
    if (current.tagName === fresh.tagName && live) {
      for (const { name } of [...current.attributes]) if (!fresh.hasAttribute(name)) current.removeAttribute(name);
      for (const { name, value } of [...fresh.attributes]) current.setAttribute(name, value);
      current.replaceChildren(...fresh.childNodes);
    } else {
      current.replaceWith(fresh);
      fresh.boundBehaviours = new Set(["[data-poll]"]);
      current = fresh;
    }
    current.dispatchEvent(new CustomEvent("face:added", { bubbles: true }));
  }

  setTimeout(ask, wait);
}
Object.assign(out, { default: poll });
};
modules["reveal-password.js"] = (out) => {
function offerReveal(button) {
  const input = document.getElementById(button.dataset.reveal);
  if (!input) return;
  button.hidden = false;

  function show(visible) {
    input.type = visible ? "text" : "password";
    button.setAttribute("aria-pressed", String(visible));
  }

  button.addEventListener("click", () => {
    show(input.type === "password");
    input.focus();
  });
  input.form?.addEventListener("submit", () => show(false));
}
Object.assign(out, { default: offerReveal });
};
modules["sign-out.js"] = (out) => {
take("offline/sendings.js");

const WORDS = "На этом телефоне есть показания, которые ещё не переданы. После выхода их здесь не будет. Всё равно выйти?";

function askBeforeSigningOut(form) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const waiting = await self.sendings.list().catch(() => []);
    if (!waiting.some(self.sendings.isOpen) || window.confirm(WORDS)) form.submit();
  });
}
Object.assign(out, { default: askBeforeSigningOut });
};
modules["submit-once.js"] = (out) => {
function submitOnce(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent !== undefined) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "";
    setTimeout(() => {
      for (const button of form.querySelectorAll("[type=submit], button:not([type])")) button.setAttribute("aria-disabled", "true");
    });
  });
  window.addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-disabled=true]")) button.removeAttribute("aria-disabled");
  });
}
Object.assign(out, { default: submitOnce });
};
modules["summary.js"] = (out) => {
const { writeMoney } = take("costs.js");
const { choosePlural } = take("numbers.js");

const METERS = ["счётчика", "счётчиков", "счётчиков"];

function sumUp(place) {
  const form = place.closest("form");
  if (!form) return;
  const firstWords = place.textContent;
  place.setAttribute("aria-live", "polite");

  function count() {
    const meters = [...form.querySelectorAll("[data-meter]")]
      .map((meter) => [...meter.querySelectorAll("[data-usage] input")])
      .filter((inputs) => inputs.length > 0);
    const started = meters.filter((inputs) => inputs.some(({ value }) => value.trim()));
    const filled = started.filter((inputs) => inputs.every(({ value }) => value.trim()));
    const below = form.querySelectorAll(".scale-use.is-below").length;
    if (started.length === 0) {
      place.textContent = firstWords;
      return;
    }
    const figure = document.createElement("b");
    figure.textContent = `${filled.length} из ${meters.length}`;
    const costs = [...form.querySelectorAll("[data-kopecks]")].map(({ dataset }) => BigInt(dataset.kopecks));
    const more = costs.length ? [`≈\u00a0${writeMoney(costs.reduce((one, other) => one + other))}`] : [];
    if (started.length > filled.length) more.push("не все шкалы вписаны");
    if (below > 0) more.push("проверьте цифры");
    const words = [choosePlural(meters.length, METERS), ...more].join(" · ");
    if (place.textContent !== `Заполнено ${figure.textContent} ${words}`) place.replaceChildren("Заполнено ", figure, ` ${words}`);
  }

  for (const name of ["input", "focusout"]) form.addEventListener(name, () => setTimeout(count));
  count();
}
Object.assign(out, { default: sumUp });
};
modules["unchanged.js"] = (out) => {
function asShown(previous, places) {
  const [whole, fraction = ""] = previous.split(".");
  const shown = fraction.slice(0, places).replace(/0+$/, "");
  return shown ? `${whole},${shown}` : whole;
}

function offerUnchanged(button) {
  button.hidden = false;
  button.addEventListener("click", (event) => {
    const own = button.closest("[data-usage]");
    const scales = own ? [own] : [...(button.closest("[data-meter]") ?? button.form).querySelectorAll("[data-usage]")].filter(({ dataset }) => dataset.previous);
    if (scales.length === 0) return;
    event.preventDefault();
    for (const scale of scales) {
      const input = scale.querySelector("input");
      input.value = asShown(scale.dataset.previous, Number(scale.dataset.right ?? 0));
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });
}
Object.assign(out, { default: offerUnchanged });
};
modules["upload-progress.js"] = (out) => {
function uploadProgress(form) {
  form.addEventListener("submit", (event) => {
    const chosen = form.querySelector("input[type=file]").files;
    if (chosen.length === 0) return;
    event.preventDefault();
    send(form);
  });
}

function send(form) {
  const state = form.querySelector("[data-upload-state]");
  const [bar, words] = [state.querySelector("progress"), state.querySelector("p")];
  const button = form.querySelector("button[type=submit]");
  const request = new XMLHttpRequest();
  const begun = Date.now();

  request.upload.addEventListener("progress", ({ loaded, total, lengthComputable }) => {
    if (!lengthComputable) return;
    bar.value = Math.floor((100 * loaded) / total);
    words.textContent = loaded < total ? describe(loaded, total, (Date.now() - begun) / 1000) : "Отправлено, смотрим, что внутри.";
  });
  request.addEventListener("load", () => location.assign(request.status === 200 ? JSON.parse(request.responseText).url : location.href));
  request.addEventListener("error", () => {
    words.textContent = "Связь прервалась. Попробуйте отправить ещё раз.";
    button.disabled = false;
  });
  request.open("POST", form.action);
  request.setRequestHeader("X-Requested-With", "fetch");
  request.send(new FormData(form));
  button.disabled = true;
  state.hidden = false;
  words.textContent = "Отправляем.";
}

function describe(loaded, total, seconds) {
  const left = Math.ceil(((total - loaded) * seconds) / loaded);
  const time = left < 60 ? "меньше минуты" : `около ${Math.round(left / 60)} мин`;
  return `Отправлено ${megabytes(loaded)} из ${megabytes(total)} МБ, осталось ${time}.`;
}

function megabytes(size) {
  return (size / 1e6).toLocaleString("ru", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
}
Object.assign(out, { default: uploadProgress });
};
modules["usage.js"] = (out) => {
const { countCost, readSteps, tellPlace, writeMoney } = take("costs.js");
const { readScaled, writeScaled } = take("numbers.js");

const ROLLED_FROM = 9n;

function describe(scale, text) {
  const places = Number(scale.dataset.right ?? 0);
  const value = readScaled(text, places);
  const previous = readScaled(scale.dataset.previous ?? "", places);
  if (value === null || previous === null) return null;
  const full = 10n ** BigInt(Number(scale.dataset.left ?? 6) + places);
  let used = value - previous;
  if (used < 0n && previous * 10n >= full * ROLLED_FROM && value * 10n <= full) used += full;
  return { used, places };
}

function showUsage(scale) {
  const input = scale.querySelector("input");
  const output = scale.querySelector("[data-usage-output]");
  if (!input || !output) return;

  function show() {
    const found = describe(scale, input.value);
    output.classList.toggle("is-below", Boolean(found && found.used < 0n));
    output.replaceChildren();
    delete scale.dataset.kopecks;
    if (!found) return;
    if (found.used < 0n) {
      const half = input.value.length < (scale.dataset.previous ?? "").split(".")[0].length;
      if (half && document.activeElement === input) {
        output.classList.remove("is-below");
        return;
      }
      output.append("меньше прошлого: проверьте цифры");
      return;
    }
    if (found.used === 0n) {
      output.append("без изменений");
      return;
    }
    const figure = document.createElement("b");
    figure.textContent = writeScaled(found.used, found.places);
    output.append(figure, `\u00a0${scale.dataset.unit ?? ""}`);
    const steps = readSteps(scale.dataset.steps ?? "");
    const cost = countCost(found.used, found.places, scale.dataset.ratio || "1", steps);
    if (!cost) return;
    scale.dataset.kopecks = String(cost.kopecks);
    output.append(` · ≈\u00a0${writeMoney(cost.kopecks)}`);
    const place = tellPlace(cost, steps, scale.dataset.unit ?? "");
    if (place) output.append(Object.assign(document.createElement("small"), { textContent: place }));
  }

  input.addEventListener("input", show);
  input.addEventListener("blur", show);
  show();
}
Object.assign(out, { default: showUsage });
};
take("app.js");
