// Puts the words of the chosen template into the field, where they can still be changed. Without it the server does the same for an empty field.

for (const list of document.querySelectorAll("[data-reply-templates]")) {
  const choice = document.getElementById(list.dataset.replyTemplates);
  const field = document.getElementById(list.dataset.replyInto);
  const words = new Map([...list.options].map((option) => [option.value, option.label]));

  choice.addEventListener("change", () => {
    const untouched = field.value.trim() === "" || [...words.values()].includes(field.value);
    if (untouched) field.value = words.get(choice.value) ?? "";
    field.focus();
  });
}
