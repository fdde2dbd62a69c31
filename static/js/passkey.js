// Passkeys: shows what needs them where the browser knows them; a button asks the device and sends its form with the answer.

const toBytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));

const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

function readOptions(options) {
  const known = (list) => list?.map((each) => ({ ...each, id: toBytes(each.id) }));
  const read = { ...options, challenge: toBytes(options.challenge) };
  if (options.user) read.user = { ...options.user, id: toBytes(options.user.id) };
  if (options.allowCredentials) read.allowCredentials = known(options.allowCredentials);
  if (options.excludeCredentials) read.excludeCredentials = known(options.excludeCredentials);
  return read;
}

function writeAnswer(credential) {
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const found = parts.filter((part) => credential.response[part]);
  return JSON.stringify({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    response: Object.fromEntries(found.map((part) => [part, toText(credential.response[part])])),
  });
}

async function askForProof(form, url) {
  const body = new URLSearchParams({ csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value });
  const answer = await fetch(url, { method: "POST", body });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return navigator.credentials.get({ publicKey: readOptions(await answer.json()) });
}

export default function offerPasskey(element) {
  if (!window.PublicKeyCredential || !navigator.credentials) return;
  element.hidden = false;
  const form = element.form;
  if (!form) return;
  const failed = form.querySelector("[data-passkey-failed]");

  element.addEventListener("click", async (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    if (failed) failed.hidden = true;
    try {
      const credential = element.dataset.passkeyOptions
        ? await navigator.credentials.create({ publicKey: readOptions(JSON.parse(element.dataset.passkeyOptions)) })
        : await askForProof(form, element.dataset.passkey);
      form.elements.credential.value = writeAnswer(credential);
    } catch {
      // Put away by the person, or no key of this site in the device.
      if (failed) failed.hidden = false;
      return;
    }
    form.requestSubmit(element);
  });
}
