// Lists the files chosen for a report with their sizes, and says when there are too many.

const LARGE = 1024 * 1024;

function size(bytes) {
  const [number, unit] = bytes >= LARGE ? [bytes / LARGE, "МБ"] : [Math.max(bytes / 1024, 1), "КБ"];
  return `${number.toFixed(bytes >= LARGE ? 1 : 0).replace(".", ",")}\u00a0${unit}`;
}

export default function listFiles(input) {
  const limit = Number(input.dataset.fileLimit);
  const list = document.createElement("ul");
  list.className = "files chosen-files";
  list.setAttribute("aria-live", "polite");
  input.after(list);

  input.addEventListener("change", () => {
    const files = [...input.files];
    const items = files.map((file) => {
      const item = document.createElement("li");
      const about = document.createElement("small");
      about.textContent = size(file.size);
      item.append(`${file.name} `, about);
      return item;
    });
    if (files.length > limit) {
      const warning = document.createElement("li");
      warning.className = "is-bad";
      warning.textContent = `Выбрано ${files.length}, а приложить можно не больше ${limit}. Уберите лишние.`;
      items.unshift(warning);
    }
    list.replaceChildren(...items);
  });
}
