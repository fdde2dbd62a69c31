// «Без изменений» writes the previous readings of its meter into the fields, without asking the server.

export default function offerUnchanged(button) {
  button.hidden = false;
  button.addEventListener("click", (event) => {
    const meter = button.closest("[data-meter]") ?? button.closest("form");
    const scales = [...meter.querySelectorAll("[data-usage]")].filter(({ dataset }) => dataset.previous);
    if (scales.length === 0) return;
    event.preventDefault();
    for (const scale of scales) {
      const input = scale.querySelector("input");
      input.value = scale.dataset.previous.replace(".", ",");
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });
}
