// Shows how much of a large file has gone; without it the browser sends the form by itself and says less.

export default function uploadProgress(form) {
  form.addEventListener("submit", (event) => {
    const chosen = form.querySelector("input[type=file]").files;
    if (chosen.length === 0) return;
    event.preventDefault();
    send(form);
  });
}

function send(form) {
  const state = form.querySelector("[data-upload-state]");
  const [bar, words] = [state.querySelector("progress"), state.querySelector("p")];
  const button = form.querySelector("button[type=submit]");
  const request = new XMLHttpRequest();
  const begun = Date.now();

  request.upload.addEventListener("progress", ({ loaded, total, lengthComputable }) => {
    if (!lengthComputable) return;
    bar.value = Math.floor((100 * loaded) / total);
    words.textContent = loaded < total ? describe(loaded, total, (Date.now() - begun) / 1000) : "Отправлено, смотрим, что внутри.";
  });
  request.addEventListener("load", () => location.assign(request.status === 200 ? JSON.parse(request.responseText).url : location.href));
  request.addEventListener("error", () => {
    words.textContent = "Связь прервалась. Попробуйте отправить ещё раз.";
    button.disabled = false;
  });
  request.open("POST", form.action);
  request.setRequestHeader("X-Requested-With", "fetch");
  request.send(new FormData(form));
  button.disabled = true;
  state.hidden = false;
  words.textContent = "Отправляем.";
}

function describe(loaded, total, seconds) {
  const left = Math.ceil(((total - loaded) * seconds) / loaded);
  const time = left < 60 ? "меньше минуты" : `около ${Math.round(left / 60)} мин`;
  return `Отправлено ${megabytes(loaded)} из ${megabytes(total)} МБ, осталось ${time}.`;
}

function megabytes(size) {
  return (size / 1e6).toLocaleString("ru", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
}
