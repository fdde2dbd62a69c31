// What this device keeps: what the form of readings needs to open without a network, and forms that wait to be sent.
// A plain script, not a module: pages take it in, and so does the service worker.

self.sendings = (() => {
  const NAME = "readings";
  const VERSION = 1;
  const DOOR = "/readings/sendings/";
  const KNOWN = "known";
  const WAITING = "sendings";
  const DAYS_KEPT = 40;
  const DAY = 86_400_000;
  const TOO_OLD = "Эти цифры записаны давно. Посмотрите на счётчик и передайте заново.";

  function open() {
    return new Promise((resolve, reject) => {
      const asked = indexedDB.open(NAME, VERSION);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore(KNOWN);
        asked.result.createObjectStore(WAITING, { keyPath: "key" });
      };
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  }

  async function within(store, mode, deed) {
    const base = await open();
    try {
      return await new Promise((resolve, reject) => {
        const transaction = base.transaction(store, mode);
        const asked = deed(transaction.objectStore(store));
        transaction.oncomplete = () => resolve(asked.result);
        transaction.onabort = () => reject(transaction.error ?? asked.error);
      });
    } finally {
      base.close();
    }
  }

  /** Facts of the form as a page of the server showed them; they take the place of whatever was known before. */
  const know = (facts) => within(KNOWN, "readwrite", (store) => store.put(facts, "facts"));

  /** What was known of anybody else; the facts of `owner` may have come a moment ago. */
  const forgetOthers = (owner) =>
    within(KNOWN, "readwrite", (store) => {
      const asked = store.get("facts");
      asked.onsuccess = () => { if (asked.result?.owner !== owner) store.clear(); };
      return asked;
    });

  /** The facts last seen, or null when there are none or they are too old to be trusted. */
  async function getKnown() {
    const facts = await within(KNOWN, "readonly", (store) => store.get("facts"));
    return facts && Date.now() - Date.parse(facts.seen) < DAYS_KEPT * DAY ? facts : null;
  }

  /** Keep one filled form: { key, owner, values }. The key is the one the server will know it by. */
  async function keep({ key, owner, values }) {
    await within(WAITING, "readwrite", (store) => store.put({ key, owner, values, state: "waiting", savedAt: Date.now() }));
    await askForSync();
  }

  const list = async () => (await within(WAITING, "readonly", (store) => store.getAll())).sort((a, b) => a.savedAt - b.savedAt);
  const remove = (key) => within(WAITING, "readwrite", (store) => store.delete(key));
  const mark = (sending, facts) => within(WAITING, "readwrite", (store) => store.put(Object.assign(sending, facts)));

  const isOpen = ({ state }) => state === "waiting" || state === "sign_in";

  async function askForSync() {
    try {
      const registration = self.registration ?? (await navigator.serviceWorker?.getRegistration());
      await registration?.sync?.register(NAME);
    } catch {
      // Without background sync the next opening of a page sends what waits.
    }
  }

  /** Try to send everything that waits; one sender at a time. Returns how many did not get through. */
  async function sendAll() {
    if (!(await list()).some(isOpen)) return 0;
    const { locks } = self.navigator;
    return locks ? locks.request("readings-sending", sendInTurn) : sendInTurn();
  }

  // What another resident left on this device waits for its owner.
  async function sendInTurn() {
    const waiting = (await list()).filter(isOpen);
    const door = await knock();
    let stuck = 0;
    for (const sending of waiting) {
      if (door.state) await mark(sending, { state: door.state });
      else if (sending.owner === door.owner) await sendOrAsk(sending, door.token);
      else continue;
      if (sending.state === "waiting") stuck += 1;
    }
    return stuck;
  }

  // Whose session this is, with a fresh token: the one in a kept page may be weeks old.
  async function knock() {
    try {
      const answer = await fetch(DOOR, { credentials: "same-origin", redirect: "manual", cache: "no-store" });
      if (answer.type === "opaqueredirect") return { state: "sign_in" };
      return answer.ok ? await answer.json() : { state: "waiting" };
    } catch {
      return { state: "waiting" };
    }
  }

  // The day of arrival is the day that counts: figures of long ago are no reading of today.
  function sendOrAsk(sending, token) {
    const isOld = Date.now() - sending.savedAt > DAYS_KEPT * DAY;
    return isOld ? mark(sending, { state: "check", errors: [TOO_OLD] }) : sendOne(sending, token);
  }

  async function sendOne(sending, token) {
    let answer;
    try {
      answer = await fetch(DOOR, {
        method: "POST",
        credentials: "same-origin",
        redirect: "manual",
        headers: { "X-CSRFToken": token },
        body: new URLSearchParams({ ...sending.values, key: sending.key }),
      });
    } catch {
      // Whether it arrived is not known; the same key makes a second attempt harmless.
      return mark(sending, { state: "waiting" });
    }
    if (answer.type === "opaqueredirect") return mark(sending, { state: "sign_in" });
    if (answer.ok) return mark(sending, { state: "sent", values: {}, ...(await answer.json()) });
    if (answer.status === 422) return mark(sending, { state: "check", ...(await answer.json()) });
    return mark(sending, { state: "waiting" });
  }

  return { know, forgetOthers, getKnown, keep, list, remove, sendAll, isOpen };
})();
