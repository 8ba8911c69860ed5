// Writes into the address bar, in the place of what stands there: no entry for Back to stop at.
export default function (component) {
  const address = new URL(location.href);
  for (const [name, value] of Object.entries(component.data.said)) {
    if (value) address.searchParams.set(name, value);
    else address.searchParams.delete(name);
  }
  if (address.href !== location.href) history.replaceState(history.state, "", address);
}
