// Says in the action bar how many meters of the form are filled in, and about what that costs together.

import { writeMoney } from "./costs.js";
import { choosePlural } from "./numbers.js";

const METERS = ["счётчика", "счётчиков", "счётчиков"];

export default function sumUp(place) {
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

  // After the scales have judged their own values.
  for (const name of ["input", "focusout"]) form.addEventListener(name, () => setTimeout(count));
  count();
}
