// Signing out clears this device. If readings are still waiting to be sent from it, that is said first.

import "./offline/sendings.js";

const WORDS = "На этом телефоне есть показания, которые ещё не переданы. После выхода их здесь не будет. Всё равно выйти?";

export default function askBeforeSigningOut(form) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const waiting = await self.sendings.list().catch(() => []);
    if (!waiting.some(self.sendings.isOpen) || window.confirm(WORDS)) form.submit();
  });
}
