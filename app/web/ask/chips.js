// Draws what is asked of as chips in a row; each is a button that takes it away. Names become text nodes only.
export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const { words } = data;
  const row = document.createElement("div");
  row.className = "chips";
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", words.caption);
  const caption = document.createElement("span");
  caption.className = "caption";
  caption.textContent = words.caption;
  row.append(caption);
  const button = (text, label, className, onclick) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = className;
    made.title = label;
    made.setAttribute("aria-label", label);
    made.addEventListener("click", onclick);
    made.append(text);
    row.append(made);
    return made;
  };
  if (data.chips.length > 1) button(words.clear, words.clear, "clear", () => setTriggerValue("clear", true));
  for (const chip of data.chips) {
    const made = button(chip.name, chip.label, chip.gone ? "chip gone" : "chip", () => setTriggerValue("remove", chip.place));
    made.append(" ✕");
  }
  if (data.more) {
    const more = document.createElement("span");
    more.textContent = data.more;
    row.append(more);
  }
  // Whoever takes chips away by keyboard goes on with the next one.
  const before = [...parentElement.querySelectorAll(".chips button")];
  const focused = before.indexOf(parentElement.activeElement ?? document.activeElement);
  parentElement.querySelector(".chips")?.remove();
  parentElement.append(row);
  if (focused >= 0) row.querySelectorAll("button")[Math.min(focused, row.querySelectorAll("button").length - 1)]?.focus();
}
