// What a use costs, range by range, exactly: the same sums as billing/costs.py. Whole numbers only, no floating point.

import { readScaled, writeScaled } from "./numbers.js";

const NO_BREAK_SPACE = "\u00a0";
const PLACES = 8;
const PRICE_PLACES = 4;
const KOPECK = 10n ** BigInt(PLACES + PRICE_PLACES - 2);
const ORDINALS = ["в первом", "во втором", "в третьем", "в четвёртом", "в пятом"];

/** "300:7.2;:9.1" as [{ upTo, price }], in their smallest units; the last has no end. */
export function readSteps(text) {
  return text.split(";").filter(Boolean).map((step) => {
    const [upTo, price] = step.split(":");
    return { upTo: upTo ? readScaled(upTo, PLACES) : null, price: readScaled(price, PRICE_PLACES) };
  });
}

/** The cost of `used` (a whole number of the scale's smallest units), in kopecks; each range is rounded by itself. */
export function countCost(used, places, ratio, steps) {
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

/** 204480n is "2 044,80 ₽". */
export function writeMoney(kopecks) {
  const rest = String(kopecks % 100n).padStart(2, "0");
  return `${writeScaled(kopecks / 100n, 0)},${rest}${NO_BREAK_SPACE}₽`;
}

function writePrice(price) {
  const [whole, fraction = ""] = writeScaled(price, PRICE_PLACES).split(",");
  return `${whole},${fraction.padEnd(2, "0")}${NO_BREAK_SPACE}₽`;
}

/** "Вы в первом диапазоне: ещё 214 кВт·ч по 7,20 ₽"; nothing where there is one price for everything. */
export function tellPlace({ number, price, left, begins }, steps, unit) {
  if (steps.length < 2) return "";
  const amount = (value) => writeScaled(value, PLACES) + (unit ? NO_BREAK_SPACE + unit : "");
  const name = ORDINALS[number - 1] ?? `в ${number}-м`;
  const rest = left === null ? `больше ${amount(begins)} — по ${writePrice(price)}` : `ещё ${amount(left)} по ${writePrice(price)}`;
  return `Вы ${name} диапазоне: ${rest}`;
}
