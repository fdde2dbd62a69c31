// «Без изменений» writes the previous readings of its meter, or of its one scale, into the fields, without asking the server.

/** "448.6860" as the meter shows it: "448,686". */
function asShown(previous, places) {
  const [whole, fraction = ""] = previous.split(".");
  const shown = fraction.slice(0, places).replace(/0+$/, "");
  return shown ? `${whole},${shown}` : whole;
}

export default function offerUnchanged(button) {
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
