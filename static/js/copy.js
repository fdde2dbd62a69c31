// Copies a number to the clipboard and says so on the button.

export default function offerCopy(button) {
  if (!navigator.clipboard) return;
  button.hidden = false;
  const words = [...button.childNodes];
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = "Скопировано";
    setTimeout(() => { button.replaceChildren(...words); }, 2000);
  });
}
