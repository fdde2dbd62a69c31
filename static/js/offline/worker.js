// The service worker: opens the form of readings where there is no network, and keeps what was sent from there.
// Nothing of a resident's pages is ever kept, only the shell and its files. The server writes `self.portal` above this.

const { version, shell, form, kept } = self.portal;
const CACHE = `portal-${version}`;

self.addEventListener("install", (event) => {
  // Without cookies: the shell is the same for everybody.
  const requests = kept.map((address) => new Request(address, { credentials: "omit", cache: "no-cache" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(requests)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
      await self.registration.navigationPreload?.enable();
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (address.origin !== self.location.origin) return;
  if (request.mode === "navigate" && request.method === "POST" && address.pathname === form) event.respondWith(sendOrKeep(request));
  else if (request.mode === "navigate" && request.method === "GET") event.respondWith(openOrShell(event));
  else if (request.method === "GET" && kept.includes(address.pathname)) event.respondWith(fetch(request).catch(() => findKept(request)));
});

self.addEventListener("sync", (event) => {
  if (event.tag === "readings") event.waitUntil(sendInBackground());
});

async function openOrShell(event) {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    return findKept(shell);
  }
}

async function findKept(request) {
  const found = await (await caches.open(CACHE)).match(request, { ignoreSearch: true, ignoreVary: true });
  return found ?? Response.error();
}

// The form was sent into nowhere: what was typed stays on the device under the key of that form.
async function sendOrKeep(request) {
  const copy = request.clone();
  try {
    return await fetch(request);
  } catch (error) {
    const typed = await copy.formData();
    const values = [...typed].filter(([name, value]) => name.startsWith("value-") && value.trim());
    const known = await self.sendings.getKnown();
    const key = typed.get("key");
    if (!known || !key || values.length === 0) throw error;
    await self.sendings.keep({ key, owner: known.owner, values: Object.fromEntries(values) });
    return Response.redirect(shell, 303);
  }
}

async function sendInBackground() {
  const waiting = await self.sendings.sendAll();
  for (const page of await self.clients.matchAll()) page.postMessage({ about: "sendings" });
  // The browser asks again later.
  if (waiting > 0) throw new Error("readings still wait");
}
