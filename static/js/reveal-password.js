// Shows or hides what is typed into a password field.

export default function offerReveal(button) {
  const input = document.getElementById(button.dataset.reveal);
  if (!input) return;
  button.hidden = false;

  function show(visible) {
    input.type = visible ? "text" : "password";
    button.setAttribute("aria-pressed", String(visible));
  }

  button.addEventListener("click", () => {
    show(input.type === "password");
    input.focus();
  });
  // Sent hidden, so that the browser keeps it as a password.
  input.form?.addEventListener("submit", () => show(false));
}
