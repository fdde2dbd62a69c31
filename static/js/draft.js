// Keeps typed readings on this device until they are sent, so that a lost connection or a closed page costs nothing.

const PREFIX = "draft:";

function clear(key) {
  for (const name of Object.keys(localStorage)) {
    if (name.startsWith(PREFIX + key)) localStorage.removeItem(name);
  }
}

/** Values that are kept elsewhere by now no longer belong to the draft. */
export function dropFromDraft(draft, values) {
  const stored = JSON.parse(localStorage.getItem(PREFIX + draft) ?? "{}");
  for (const [name, value] of Object.entries(values)) if (stored[name]?.trim() === value) delete stored[name];
  localStorage.setItem(PREFIX + draft, JSON.stringify(stored));
}

function keep(form) {
  const name = PREFIX + form.dataset.draft;
  const inputs = () => [...form.querySelectorAll("[data-drum] input, [data-draft-field]")];
  const stored = JSON.parse(localStorage.getItem(name) ?? "{}");
  for (const input of inputs()) {
    if (input.value === "" && stored[input.name]) {
      input.value = stored[input.name];
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
  const save = () => {
    const values = inputs().filter(({ value }) => value.trim()).map((input) => [input.name, input.value]);
    if (values.length) localStorage.setItem(name, JSON.stringify(Object.fromEntries(values)));
    else localStorage.removeItem(name);
  };
  // What was typed before this script came is kept too.
  save();
  form.addEventListener("input", save);
}

export default function keepDraft(element) {
  try {
    if (element.dataset.draftClear !== undefined) clear(element.dataset.draftClear);
    else keep(element);
  } catch (error) {
    // A browser that lets nothing be stored loses only the draft.
    if (!(error instanceof DOMException || error instanceof SyntaxError)) throw error;
  }
}
