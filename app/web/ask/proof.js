// Shows a page with the quoted words marked. Text of documents becomes text nodes only.

const STEPS = [0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3];

function button(sign, label, act, disabled = false) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = sign;
  made.title = label;
  made.setAttribute("aria-label", label);
  made.disabled = disabled;
  made.addEventListener("click", act);
  return made;
}

function block(name, className, text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

function drawText(data) {
  const page = block("div", "paper");
  page.setAttribute("role", "document");
  page.setAttribute("aria-label", data.words.text);
  let from = 0;
  for (const [start, end] of data.places) {
    page.append(data.text.slice(from, start));
    page.append(block("mark", "", data.text.slice(start, end)));
    from = end;
  }
  page.append(data.text.slice(from));
  return page;
}

function drawImage(data) {
  const image = document.createElement("img");
  image.src = data.image;
  image.alt = data.alt;
  image.className = "page";
  return image;
}

const OVERLAY = "(max-width: 900px)"; // as in style.py
const PROOF = "lectern-proof";

// Where the proof lies over the page, Back closes it: an entry of its own in the browser's history is what Back undoes.
// Returns what closes the proof by itself, and takes the entry away with it.
function closeByBack(close) {
  if (!matchMedia(OVERLAY).matches) return { close, leave: () => {} };
  if (history.state?.[PROOF] !== true) history.pushState({ ...history.state, [PROOF]: true }, "", location.href);
  addEventListener("popstate", close);
  return { close: () => history.back(), leave: () => removeEventListener("popstate", close) };
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const { words } = data;
  const old = parentElement.querySelector(".proof");
  parentElement.leave?.(); // Drawn again: one listener is enough.
  const { close, leave } = closeByBack(() => setTriggerValue("close", true));
  parentElement.leave = leave;
  const closed = () => {
    leave();
    // Where there is a mouse, what was typed goes on; on a phone the keyboard would cover the answer.
    if (!matchMedia(OVERLAY).matches) document.querySelector("[data-testid=stChatInputTextArea]")?.focus();
  };
  let step = old?.dataset.document === data.document ? Number(old.dataset.step) : STEPS.indexOf(1);
  const proof = block("section", "proof");
  proof.dataset.document = data.document;
  proof.setAttribute("aria-label", data.title);

  const turn = (by) => setTriggerValue("turn", by);
  const head = block("div", "head");
  const names = block("div", "names");
  names.append(block("strong", "", data.title), block("span", "place", data.place));
  head.append(names, button("✕", words.close, close));
  proof.append(head);

  if (data.quoted_page >= 0) proof.append(button(words.back, words.back, () => turn(data.quoted_page - data.number)));
  if (data.quote) {
    const quote = block("blockquote", data.supported ? "quote" : "quote wrong", data.quote);
    proof.append(quote);
    if (!data.supported) proof.append(block("p", "warn", words.nearest));
  }

  const frame = block("div", "frame");
  frame.tabIndex = 0;
  const page = frame.appendChild(data.image ? drawImage(data) : drawText(data));
  const scale = (to) => {
    step = Math.min(Math.max(to, 0), STEPS.length - 1);
    proof.dataset.step = step;
    if (data.image) page.style.width = `${STEPS[step] * 100}%`;
    else page.style.fontSize = `${STEPS[step]}em`;
  };
  const bar = block("div", "bar");
  bar.setAttribute("role", "toolbar");
  bar.append(
    button("◀", words.previous, () => turn(-1), data.number <= 0),
    button("▶", words.next, () => turn(1), data.number >= data.pages - 1),
    block("span", "gap"),
    button("−", words.zoom_out, () => scale(step - 1)),
    button("+", words.zoom_in, () => scale(step + 1)),
    button("↔", words.fit, () => scale(STEPS.indexOf(1))),
  );
  proof.append(bar, frame);

  proof.addEventListener("keydown", (event) => {
    const act = {
      PageUp: () => turn(-1),
      PageDown: () => turn(1),
      "+": () => scale(step + 1),
      "-": () => scale(step - 1),
      Escape: close,
    }[event.key];
    if (!act || ((event.key === "PageUp" && data.number <= 0) || (event.key === "PageDown" && data.number >= data.pages - 1))) return;
    event.preventDefault();
    act();
  });

  const focused = [...parentElement.querySelectorAll(".proof button")].indexOf(parentElement.activeElement);
  old?.remove();
  parentElement.append(proof);
  scale(step);
  const show = () => {
    const top = data.image ? page.clientHeight * data.focus : (page.querySelector("mark")?.offsetTop ?? 0) - page.offsetTop;
    frame.scrollTop = Math.max(0, top - frame.clientHeight / 3);
  };
  if (data.image && !page.complete) page.addEventListener("load", show, { once: true });
  else show();
  if (focused >= 0) proof.querySelectorAll("button")[focused]?.focus({ preventScroll: true });
  else frame.focus({ preventScroll: true });
  return closed;
}
