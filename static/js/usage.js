// Says while one types what was used since the previous reading, and about what it costs.

import { readScaled, writeRoubles, writeScaled } from "./numbers.js";

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
    const price = Number(scale.dataset.price);
    if (price > 0) {
      const amount = (Number(found.used) / 10 ** found.places) * price;
      output.append(` · ≈\u00a0${writeRoubles(amount)}`);
    }
  }

  input.addEventListener("input", show);
  input.addEventListener("blur", show);
  show();
}
