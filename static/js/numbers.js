// Numbers as residents write and read them; the server decides, these only keep it company while one types.

const NO_BREAK_SPACE = "\u00a0";

/** "12 896", "047,12" or "47.12" as { whole, fraction }, digits only; null when it is no number. */
export function readDigits(text) {
  const clean = text.replace(/[\s\u00a0\u202f]/g, "").replace(".", ",");
  const match = /^(\d*)(?:,(\d*))?$/.exec(clean);
  if (!match || clean === "" || clean === ",") return null;
  return { whole: match[1].replace(/^0+(?=\d)/, ""), fraction: match[2] ?? null };
}

/** The value in the smallest unit of a scale with so many digits after the comma, exactly; null when it is no number. */
export function readScaled(text, places) {
  const digits = readDigits(text);
  if (!digits) return null;
  const fraction = (digits.fraction ?? "").slice(0, places).padEnd(places, "0");
  return BigInt((digits.whole || "0") + fraction);
}

/** 284n at 0 places is "284", 424388n at 3 is "424,388". */
export function writeScaled(value, places) {
  const sign = value < 0n ? "\u2212" : "";
  const digits = String(value < 0n ? -value : value).padStart(places + 1, "0");
  const whole = digits.slice(0, digits.length - places).replace(/\B(?=(\d{3})+$)/g, NO_BREAK_SPACE);
  const fraction = digits.slice(digits.length - places).replace(/0+$/, "");
  return sign + (places && fraction ? `${whole},${fraction}` : whole);
}

/** The form of three that fits the number: день, дня, дней. */
export function choosePlural(number, [one, few, many]) {
  const rule = new Intl.PluralRules("ru").select(number);
  return rule === "one" ? one : rule === "few" ? few : many;
}
