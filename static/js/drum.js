// Draws what is typed into the ordinary input onto the windows of the meter behind it.

import { readDigits } from "./numbers.js";

export default function drawDrum(drum) {
  const input = drum.querySelector("input");
  const row = drum.querySelector(".drum-cells");
  if (!input || !row) return;
  const left = Number(input.dataset.left ?? 6);
  const right = Number(input.dataset.right ?? 0);

  // Which sign of the text each window shows, so that the caret and a click know their place.
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
    // Letters are shown as typed: hiding them would hide the mistake.
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

  // "12 896 кВт·ч" from the clipboard is 12896; a point becomes the comma of the country.
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
