// Says of each kept form what is true of it now.

const SIGN_IN = "/sign-in/?next=/readings/";
const KINDS = { waiting: "info", sign_in: "question", check: "question", sent: "good" };

function tell({ state, receipts = [], bills = [], errors = [] }) {
  if (state === "sent") return [`Передано, № ${receipts.join(", № ")}.`, bills.length ? `Войдут в счёт за ${bills.join(" и ")}.` : ""];
  if (state === "check") return ["Проверьте:", errors.join(" ")];
  if (state === "sign_in") return ["Нужен вход.", "Показания целы: войдите, и мы их передадим."];
  return ["Сохранено на телефоне, ещё не передано.", "Уйдёт само, когда появится связь. День передачи — тот, когда дойдёт."];
}

/** "Квартира: День 12896, Ночь 3588", with the names the device knows. */
function listValues(values, facts) {
  const cards = (facts?.cards ?? []).map(({ title, scales }) => {
    const typed = scales.filter(({ field }) => values[field]).map(({ field, name }) => `${name} ${values[field]}`);
    return typed.length ? `${title}: ${typed.join(", ")}` : "";
  });
  return cards.filter(Boolean).join("; ");
}

function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

/** A notice about one kept form; `deeds` are buttons, as [words, what to do]. */
export function drawSending(sending, facts, deeds = []) {
  const [title, text] = tell(sending);
  const words = make("p", "", make("b", "", title), " ", text);
  const values = listValues(sending.values ?? {}, facts);
  if (values) words.append(make("small", "", values));
  const when = new Intl.DateTimeFormat("ru", { day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" });
  if (sending.state !== "sent") words.append(make("small", "", `Записано ${when.format(sending.savedAt).replace(" в ", ", ")}`));
  const actions = make("div", "actions");
  const address = sending.state === "sent" ? sending.url : sending.state === "sign_in" ? SIGN_IN : "";
  if (address) {
    const link = make("a", "button small", sending.state === "sent" ? "Посмотреть" : "Войти");
    link.href = address;
    actions.append(link);
  }
  for (const [label, deed] of deeds) {
    const button = make("button", "quiet small", label);
    button.type = "button";
    button.addEventListener("click", deed);
    actions.append(button);
  }
  const notice = make("div", `notice notice--${KINDS[sending.state]}`, words);
  notice.dataset.sending = sending.state;
  if (actions.childElementCount) notice.append(actions);
  return notice;
}
