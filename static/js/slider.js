// Beside a number with data-slider stands a slider that says the same; the number is what is sent.

for (const field of document.querySelectorAll("[data-slider]")) {
  const slider = document.createElement("input");
  slider.type = "range";
  for (const name of ["min", "max", "step"]) slider[name] = field[name];
  slider.value = field.value;
  slider.setAttribute("aria-label", field.labels[0]?.textContent ?? "");
  slider.addEventListener("input", () => (field.value = slider.value));
  field.addEventListener("input", () => (slider.value = field.value));
  field.after(slider);
}
