// A second press on the same button sends nothing twice; the words on it stay.

export default function submitOnce(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent !== undefined) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "";
    // After the event: a disabled button would not be sent with the form.
    setTimeout(() => {
      for (const button of form.querySelectorAll("[type=submit], button:not([type])")) button.setAttribute("aria-disabled", "true");
    });
  });
  // Back from the next page, the form can be sent again.
  window.addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-disabled=true]")) button.removeAttribute("aria-disabled");
  });
}
