// Says while one types what was used since the previous reading, what it costs, and in which range of prices that is.

import { countCost, readSteps, tellPlace, writeMoney } from "./costs.js";
import { readScaled, writeScaled } from "./numbers.js";

const ROLLED_FROM = 9n;

function describe(scale, text) {
  const places = Number(scale.dataset.right ?? 0);
  const value = readScaled(text, places);
  const previous = readScaled(scale.dataset.previous ?? "", places);
  if (value === null || previous === null) return null;
  const full = 10n ** BigInt(Number(scale.dataset.left ?? 6) + places);
  let used = value - previous;
  // Near the end of the register a small figure means that the drum has gone round.
  if (used < 0n && previous * 10n >= full * ROLLED_FROM && value * 10n <= full) used += full;
  return { used, places };
}

export default function showUsage(scale) {
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
      // Half a figure is always less: judge it when it is whole, or when the field is left.
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
