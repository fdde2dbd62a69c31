// Turns the ticks of the password's rules green as one types; the server judges by the same rules.

const rules = {
  latin: (text) => /\p{L}/u.test(text) && !/(?![A-Za-z])\p{L}/u.test(text),
  length: (text) => [...text].length >= 8,
  upper: (text) => /[A-Z]/.test(text),
  lower: (text) => /[a-z]/.test(text),
  digit: (text) => /[0-9]/.test(text),
  "no-space": (text) => text !== "" && !/[^\p{L}\x21-\x7e]/u.test(text),
};
const broken = {
  latin: (text) => /(?![A-Za-z])\p{L}/u.test(text),
  "no-space": (text) => /[^\p{L}\x21-\x7e]/u.test(text),
};

export default function watchPassword(list) {
  const input = document.getElementById(list.dataset.passwordChecklist);
  const said = list.parentElement?.querySelector("[data-password-checklist-said]");
  if (!input) return;
  const items = [...list.querySelectorAll("[data-rule]")];
  let pause;

  function judge() {
    for (const item of items) {
      const { rule } = item.dataset;
      item.classList.toggle("done", rules[rule]?.(input.value) ?? false);
      item.classList.toggle("wrong", broken[rule]?.(input.value) ?? false);
    }
    if (!said) return;
    clearTimeout(pause);
    pause = setTimeout(() => {
      const left = items.filter((item) => !item.classList.contains("done"));
      if (input.value === "") said.textContent = "";
      else if (left.length === 0) said.textContent = "Пароль подходит";
      else said.textContent = `Осталось: ${left.map((item) => item.textContent.trim().toLowerCase()).join(", ")}`;
    }, 900);
  }

  input.addEventListener("input", judge);
  judge();
}
