// Writes into the address bar, in the place of what stands there: no entry for Back to stop at.
export default function (component) {
  const address = new URL(location.href);
  for (const [name, value] of Object.entries(component.data.said)) {
    if (value) address.searchParams.set(name, value);
    else address.searchParams.delete(name);
  }
  if (address.href !== location.href) history.replaceState(history.state, "", address);
  setLanguage(component.data);
  focusQuestion();
}

// For screen readers, which pronounce the page as its language says; the cookie keeps a choice for the next visit.
function setLanguage({ language, chosen, cookie }) {
  document.documentElement.lang = language;
  const kept = document.cookie.split("; ").find((one) => one.startsWith(`${cookie}=`))?.slice(cookie.length + 1) ?? "";
  if (kept === chosen) return;
  const age = chosen ? 60 * 60 * 24 * 365 : 0;
  document.cookie = `${cookie}=${chosen}; path=${new URL(".", location.href).pathname}; max-age=${age}; samesite=lax`;
}

let focused = false;

// Once, when the page is there: whoever comes to ask can type at once. Not on a phone, whose keyboard would open.
function focusQuestion() {
  const field = document.querySelector("[data-testid=stChatInputTextArea]");
  if (focused || !field || field.disabled || !matchMedia("(min-width: 901px)").matches) return;
  focused = true;
  if (document.activeElement === document.body) field.focus({ preventScroll: true });
}
