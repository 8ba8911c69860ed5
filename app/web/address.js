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

const WAIT_MS = 10_000;
const LOOK_MS = 100;
let focused = null;
let isWatching = false;

// Once, when the page is there: whoever comes to ask can type at once. Not on a phone, whose keyboard would open.
// The field may come late, or be drawn anew; it is looked for until somebody has chosen another element.
function focusQuestion() {
  if (focused || isWatching || !matchMedia("(min-width: 901px)").matches) return;
  isWatching = true;
  const until = performance.now() + WAIT_MS;
  const look = () => {
    const field = document.querySelector("[data-testid=stChatInputTextArea]");
    const isFree = document.activeElement === document.body;
    if (field && field !== focused && !field.disabled && isFree) {
      focused = field;
      field.focus({ preventScroll: true });
    }
    isWatching = performance.now() < until && (isFree || document.activeElement === focused);
    if (isWatching) setTimeout(look, LOOK_MS);
  };
  look();
}
