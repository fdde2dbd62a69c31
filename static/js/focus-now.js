// Takes a person to what needs putting right as soon as the page is there.

export default function focusNow(element) {
  element.focus({ preventScroll: false });
}
