// Shows the fields that belong to the chosen answer and rests the others: data-shows-when="name=value" (or "name=a|b").

export default function chooseFields(part) {
  const [name, values] = part.dataset.showsWhen.split("=");
  const wanted = values.split("|");
  const form = part.closest("form") ?? document;

  function choose() {
    const controls = [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)];
    const chosen = controls.find((control) => control.tagName === "SELECT" || control.checked);
    // Nothing chosen yet: everything stays in sight.
    const shown = !chosen || wanted.includes(chosen.value);
    part.hidden = !shown;
    for (const control of part.querySelectorAll("input, select, textarea")) control.disabled = !shown;
  }

  form.addEventListener("change", (event) => { if (event.target.name === name) choose(); });
  choose();
}
