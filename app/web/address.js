// Writes into the address bar, in the place of what stands there: no entry for Back to stop at.
export default function (component) {
  const address = new URL(location.href);
  for (const [name, value] of Object.entries(component.data.said)) {
    if (value) address.searchParams.set(name, value);
    else address.searchParams.delete(name);
  }
  if (address.href !== location.href) history.replaceState(history.state, "", address);
  focusQuestion();
}

let focused = false;

// Once, when the page is there: whoever comes to ask can type at once. Not on a phone, whose keyboard would open.
function focusQuestion() {
  const field = document.querySelector("[data-testid=stChatInputTextArea]");
  if (focused || !field || field.disabled || !matchMedia("(min-width: 901px)").matches) return;
  focused = true;
  if (document.activeElement === document.body) field.focus({ preventScroll: true });
}
