// Keeps «Отправить ещё раз» closed until the wait is over, and says how long it lasts.

function write(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

export default function countDown(button) {
  const ends = Date.now() + Number(button.dataset.countdown) * 1000;
  const words = button.textContent.trim();

  function tick() {
    const left = Math.ceil((ends - Date.now()) / 1000);
    if (left <= 0) {
      button.disabled = false;
      button.textContent = words;
      return;
    }
    button.disabled = true;
    button.textContent = `${words} через ${write(left)}`;
    setTimeout(tick, 1000);
  }

  tick();
}
