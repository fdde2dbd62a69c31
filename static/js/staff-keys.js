// Staff work through a queue by keyboard: a letter presses the control that carries it in data-key. Inside a field letters are letters.

const fields = { t: "[name=template]", w: "[name=reason]" };
const letters = { ф: "a", ы: "s", к: "r", о: "j", л: "k", ш: "i", е: "t", ц: "w" };

for (const help of document.querySelectorAll("[data-keys-help]")) help.hidden = false;

document.addEventListener("keydown", (event) => {
  const inside = event.target.closest("input, select, textarea");
  if (event.key === "Escape" && inside) return inside.blur();
  if (inside || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const typed = event.key.toLowerCase();
  const key = letters[typed] ?? typed;
  const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`) ?? document.querySelector(fields[key] ?? "nothing");
  if (!target) return;
  event.preventDefault();
  if (target.matches("input, select, textarea")) target.focus();
  else target.click();
});
