// Asks the server again until the answer has come: the fragment replaces the element; one without data-poll ends the asking, one with data-poll-reload fetches the whole page.

const GIVE_UP_AFTER = 120_000; // unless data-poll-for says otherwise
const SLOWEST = 15_000;

export default function poll(element) {
  const every = Number(element.dataset.pollEvery) || 2000;
  const address = element.dataset.poll;
  const begun = Date.now();
  const giveUpAfter = Number(element.dataset.pollFor) || GIVE_UP_AFTER;
  let wait = every;
  let current = element;

  async function ask() {
    if (!current.isConnected) return;
    if (document.hidden) {
      document.addEventListener("visibilitychange", ask, { once: true });
      return;
    }
    try {
      const response = await fetch(address, { headers: { "X-Requested-With": "fetch" }, credentials: "same-origin" });
      if (response.redirected) return;
      if (response.ok && response.status !== 204) replace(await response.text());
      wait = response.ok ? every : Math.min(wait * 2, SLOWEST);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      wait = Math.min(wait * 2, SLOWEST);
    }
    if (current.isConnected && current.dataset.poll && Date.now() - begun < giveUpAfter) setTimeout(ask, wait);
  }

  function replace(html) {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    const fresh = holder.content.firstElementChild;
    if (!fresh || fresh.outerHTML === current.outerHTML) return;
    if ("pollReload" in fresh.dataset) {
      location.reload();
      return;
    }
    const live = current.getAttribute("aria-live");
    if (live && !fresh.hasAttribute("aria-live")) fresh.setAttribute("aria-live", live);
    // The live region stays while its content changes: only then is the change read aloud.
    if (current.tagName === fresh.tagName && live) {
      for (const { name } of [...current.attributes]) if (!fresh.hasAttribute(name)) current.removeAttribute(name);
      for (const { name, value } of [...fresh.attributes]) current.setAttribute(name, value);
      current.replaceChildren(...fresh.childNodes);
    } else {
      current.replaceWith(fresh);
      fresh.boundBehaviours = new Set(["[data-poll]"]);
      current = fresh;
    }
    current.dispatchEvent(new CustomEvent("face:added", { bubbles: true }));
  }

  setTimeout(ask, wait);
}
