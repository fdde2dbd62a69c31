// Binds each behaviour to the elements that ask for it by a data attribute; a module comes only when its attribute is on the page.

const behaviours = [
  ["[data-drum]", () => import("./drum.js")],
  ["[data-usage]", () => import("./usage.js")],
  ["[data-unchanged]", () => import("./unchanged.js")],
  ["[data-summary]", () => import("./summary.js")],
  ["form[data-draft], [data-draft-clear]", () => import("./draft.js")],
  ["[data-poll]", () => import("./poll.js")],
  ["[data-offline]", () => import("./offline.js")],
  ["[data-offline-form]", () => import("./offline-form.js")],
  ["form[data-sign-out]", () => import("./sign-out.js")],
  ["[data-password-checklist]", () => import("./password-checklist.js")],
  ["[data-reveal]", () => import("./reveal-password.js")],
  ["[data-countdown]", () => import("./countdown.js")],
  ["[data-shows-when]", () => import("./choose-fields.js")],
  ["[data-copy]", () => import("./copy.js")],
  ["[data-passkey]", () => import("./passkey.js")],
  ["[data-dismiss]", () => import("./dismiss.js")],
  ["[data-focus-now]", () => import("./focus-now.js")],
  ["form[data-upload-progress]", () => import("./upload-progress.js")],
  ["[data-file-limit]", () => import("./chosen-files.js")],
  ["form[method=post]:not([data-many])", () => import("./submit-once.js")],
];

async function bind(root) {
  const wanted = [];
  for (const [selector, load] of behaviours) {
    const elements = [...root.querySelectorAll(selector)];
    if (root instanceof Element && root.matches(selector)) elements.unshift(root);
    if (elements.length > 0) wanted.push({ selector, elements, module: load() });
  }
  // The modules come side by side, but take their places in the order above.
  for (const { selector, elements, module } of wanted) {
    const { default: behave } = await module;
    for (const element of elements) {
      const bound = (element.boundBehaviours ??= new Set());
      if (bound.has(selector)) continue;
      bound.add(selector);
      behave(element);
    }
  }
}

// Another resident's door: what the form of readings knew of the one before is nobody's business.
async function noticeOwner({ owner }) {
  try {
    const before = localStorage.getItem("owner");
    if (before !== null && before !== owner) {
      await import("./offline/sendings.js");
      await self.sendings.forgetOthers(owner);
    }
    localStorage.setItem("owner", owner);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}

if (document.documentElement.dataset.owner) noticeOwner(document.documentElement.dataset);
document.addEventListener("face:added", (event) => bind(event.target));
bind(document);
