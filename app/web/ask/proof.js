// Shows a page with the quoted words marked. Text of documents becomes text nodes only.

const STEPS = [0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3, 4];
const QUOTE_SHARE = 0.9; // of the frame's width, for the quote when it is zoomed to

// Signs that not every machine has a letter for.
const ICONS = {
  full: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  quote: "M12 3v4M12 17v4M3 12h4M17 12h4M12 7a5 5 0 1 0 0 10a5 5 0 0 0 0-10z",
  pages: "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z",
  down: "M12 4v14M6 12l6 6l6-6",
  outside: "M14 4h6v6M20 4L10 14M18 14v6H4V6h6",
};

function icon(name) {
  const drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawn.setAttribute("viewBox", "0 0 24 24");
  drawn.setAttribute("aria-hidden", "true");
  drawn.appendChild(document.createElementNS(drawn.namespaceURI, "path")).setAttribute("d", ICONS[name]);
  return drawn;
}

function button(sign, label, act, { disabled = false, pressed } = {}) {
  const made = block("button", "", ICONS[sign] ? "" : sign);
  if (ICONS[sign]) made.append(icon(sign));
  made.type = "button";
  made.title = label;
  made.setAttribute("aria-label", label);
  if (pressed !== undefined) made.setAttribute("aria-pressed", String(pressed));
  made.disabled = disabled;
  made.addEventListener("click", act);
  return made;
}

function block(name, className, text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

function input(type, label, value, act) {
  const made = block("input");
  made.type = type;
  made.value = value;
  made.setAttribute("aria-label", label);
  made.title = label;
  made.addEventListener("keydown", (event) => {
    event.stopPropagation(); // Keys that are written here turn no page, and are nothing to Streamlit.
    if (event.key === "Enter") act(made.value);
  });
  return made;
}

// --- the page ---

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
  const sheet = block("div", "sheet");
  const image = sheet.appendChild(block("img", "page"));
  image.src = data.image;
  image.alt = data.alt;
  return sheet;
}

// The page's words over its picture, unseen, where they can be selected, copied, and found by the browser. Each is
// as large as it stands there: its height sets the size of its letters, and it is stretched to its width.
function drawLayer(data, image) {
  const layer = block("div", "layer");
  layer.setAttribute("role", "document");
  layer.setAttribute("aria-label", data.words.text);
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = "100px sans-serif";
  const ratio = image.naturalHeight / image.naturalWidth;
  for (const [word, left, top, right, bottom] of data.layer) {
    const drawn = layer.appendChild(block("span", "", word));
    const height = (bottom - top) * ratio; // in widths of the page, as is all that follows
    const natural = (pen.measureText(word).width / 100) * height;
    drawn.style.cssText = `left:${left * 100}%;top:${top * 100}%;font-size:${height * 100}cqw;transform:scaleX(${natural ? (right - left) / natural : 1})`;
    layer.append(" ");
  }
  return layer;
}

// Marks the words that were sought, wherever they stand in a row; returns the first of each.
function markFound(data, layer) {
  const sought = data.found.toLowerCase().split(/\s+/).filter(Boolean);
  if (!sought.length) return [];
  const spans = [...layer.children];
  const said = spans.map((span) => span.textContent.toLowerCase());
  const firsts = [];
  for (let at = 0; at + sought.length <= spans.length; at++) {
    const fits = sought.every((word, index) => {
      const here = said[at + index];
      if (sought.length === 1) return here.includes(word);
      if (index === 0) return here.endsWith(word);
      return index === sought.length - 1 ? here.startsWith(word) : here === word;
    });
    if (!fits) continue;
    for (let index = 0; index < sought.length; index++) spans[at + index].classList.add("found");
    firsts.push(spans[at]);
  }
  return firsts;
}

function drawThumbnails(data, turn) {
  const strip = block("div", "thumbnails");
  strip.setAttribute("role", "group");
  strip.setAttribute("aria-label", data.words.thumbnails);
  for (const [number, picture] of data.thumbnails) {
    const made = strip.appendChild(button("", `${data.words.page} ${number + 1}`, () => turn(number)));
    if (number === data.number) made.setAttribute("aria-current", "page");
    const image = made.appendChild(block("img"));
    image.src = picture;
    image.alt = "";
    made.append(block("span", "", String(number + 1)));
  }
  return strip;
}

// --- the room it has ---

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

const DIVIDER = "lectern-divider";
const NARROWEST = 25;
const WIDEST = 75;

// Gives the proof so many hundredths of the room that it shares with the conversation.
function share(host, hundredths) {
  const row = host.closest("[data-testid=stHorizontalBlock]");
  const column = host.closest("[data-testid=stColumn]");
  if (!row || !column) return 0;
  const part = Math.min(Math.max(hundredths, NARROWEST), WIDEST);
  const beside = [...row.children].filter((child) => child !== column);
  column.style.flex = `${part} 1 0%`;
  for (const other of beside) other.style.flex = `${100 - part} 1 0%`;
  return part;
}

function drawDivider(words, host) {
  const divider = block("div", "divider");
  divider.tabIndex = 0;
  for (const [name, value] of Object.entries({ role: "separator", "aria-orientation": "vertical", "aria-label": words.divider, "aria-valuemin": NARROWEST, "aria-valuemax": WIDEST })) divider.setAttribute(name, value);
  const move = (to) => {
    const part = share(host, to);
    divider.setAttribute("aria-valuenow", String(Math.round(part)));
    localStorage.setItem(DIVIDER, String(part));
  };
  move(Number(localStorage.getItem(DIVIDER)) || 50);
  divider.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    divider.setPointerCapture(event.pointerId);
  });
  divider.addEventListener("pointermove", (event) => {
    if (!divider.hasPointerCapture(event.pointerId)) return;
    const room = host.closest("[data-testid=stHorizontalBlock]").getBoundingClientRect();
    move(((room.right - event.clientX) / room.width) * 100);
  });
  divider.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: 5, ArrowRight: -5 }[event.key];
    if (!by) return;
    event.preventDefault();
    move(Number(divider.getAttribute("aria-valuenow")) + by);
  });
  return divider;
}

// --- all of it ---

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
  // The same node as before, where there is one: as long as it is there, it fills the screen if it did.
  const proof = old ?? block("section", "proof");
  const sameDocument = old?.dataset.document === data.document;
  let zoom = sameDocument ? Number(old.dataset.zoom) : 1;
  const focused = [...parentElement.querySelectorAll(".proof button, .proof input, .proof a")].indexOf(parentElement.activeElement);
  proof.dataset.document = data.document;
  proof.setAttribute("aria-label", data.title);

  const turn = (to) => setTriggerValue("turn", Math.min(Math.max(to, 0), data.pages - 1));
  const head = block("div", "head");
  const names = block("div", "names");
  names.append(block("strong", "", data.title), block("span", "place", data.place));
  const fill = () => (document.fullscreenElement ? document.exitFullscreen() : proof.requestFullscreen());
  head.append(names, button("full", words.full_screen, fill), button("✕", words.close, close));
  const parts = [head];

  if (data.quoted_page >= 0) parts.push(button(words.back, words.back, () => turn(data.quoted_page)));
  if (data.quote) {
    parts.push(block("blockquote", data.supported ? "quote" : "quote wrong", data.quote));
    if (!data.supported) parts.push(block("p", "warn", words.nearest));
  }

  const frame = block("div", "frame");
  frame.tabIndex = 0;
  const page = frame.appendChild(data.image ? drawImage(data) : drawText(data));
  const image = page.querySelector("img");
  let found = [];
  const scale = (to) => {
    zoom = Math.min(Math.max(to, STEPS[0]), STEPS.at(-1));
    proof.dataset.zoom = zoom;
    if (image) page.style.width = `${zoom * 100}%`;
    else page.style.fontSize = `${zoom}em`;
  };
  const larger = () => scale(STEPS.find((step) => step > zoom + 0.01) ?? zoom);
  const smaller = () => scale(STEPS.findLast((step) => step < zoom - 0.01) ?? zoom);
  const marks = data.marks ?? [];
  const edges = marks.length && [Math.min(...marks.map((mark) => mark[0])), Math.min(...marks.map((mark) => mark[1])), Math.max(...marks.map((mark) => mark[2]))];
  const toQuote = () => {
    scale(QUOTE_SHARE / Math.max(edges[2] - edges[0], 0.05));
    show();
  };
  const show = () => {
    if (found.length) {
      found[0].scrollIntoView({ block: "center", inline: "center" });
      return;
    }
    const top = image ? (edges ? edges[1] * page.clientHeight : 0) : (page.querySelector("mark")?.offsetTop ?? 0) - page.offsetTop;
    frame.scrollTop = Math.max(0, top - frame.clientHeight / 3);
    if (edges) frame.scrollLeft = ((edges[0] + edges[2]) / 2) * page.clientWidth - frame.clientWidth / 2;
  };

  const bar = block("div", "bar");
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", words.page);
  bar.append(button("◀", words.previous, () => turn(data.number - 1), { disabled: data.number <= 0 }));
  if (data.pages > 1) {
    const number = input("number", words.page, data.number + 1, (value) => Number(value) >= 1 && turn(Math.round(Number(value)) - 1));
    number.min = 1;
    number.max = data.pages;
    bar.append(number);
  }
  bar.append(
    button("▶", words.next, () => turn(data.number + 1), { disabled: data.number >= data.pages - 1 }),
    block("span", "gap"),
    button("−", words.zoom_out, smaller),
    button("+", words.zoom_in, larger),
    button("↔", words.fit, () => scale(1)),
  );
  if (edges) bar.append(button("quote", words.zoom_quote, toQuote));
  if (data.image && data.pages > 1) bar.append(button("pages", words.thumbnails, () => setTriggerValue("thumbnails", !data.thumbnails), { pressed: Boolean(data.thumbnails) }));
  parts.push(bar);

  const find = (value, from) => setTriggerValue("find", { words: value, from });
  const search = block("div", "bar");
  search.setAttribute("role", "search");
  search.setAttribute("aria-label", words.find);
  const field = input("search", words.find, data.found ?? "", (value) => find(value, value === data.found ? data.number + 1 : data.number));
  field.placeholder = words.find;
  search.append(field, button("down", words.find_next, () => find(field.value, field.value === data.found ? data.number + 1 : data.number)));
  if (data.original) {
    const original = search.appendChild(block("a"));
    original.append(icon("outside"));
    original.href = new URL(data.original, new URL(".", location.href));
    original.target = "_blank";
    original.rel = "noopener noreferrer";
    original.title = words.original;
    original.setAttribute("aria-label", words.original);
  }
  parts.push(search);
  if (data.missed) {
    const missed = block("p", "warn", words.found_none);
    missed.setAttribute("role", "status");
    parts.push(missed);
  }
  const view = block("div", "view");
  if (data.thumbnails) view.append(drawThumbnails(data, turn));
  view.append(frame);
  parts.push(view);

  proof.onkeydown = (event) => {
    const act = {
      PageUp: () => data.number > 0 && turn(data.number - 1),
      PageDown: () => data.number < data.pages - 1 && turn(data.number + 1),
      "+": larger,
      "-": smaller,
      Escape: () => document.fullscreenElement || close(),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };

  const host = parentElement.host ?? parentElement.getRootNode().host ?? parentElement;
  if (!matchMedia(OVERLAY).matches) parts.unshift(drawDivider(words, host));
  proof.replaceChildren(...parts);
  if (!old) parentElement.append(proof);
  scale(zoom);
  const drawn = () => {
    if (image) found = markFound(data, page.appendChild(drawLayer(data, image)));
    show();
    view.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  if (image && !(image.complete && image.naturalWidth)) image.addEventListener("load", drawn, { once: true });
  else drawn();
  const before = proof.querySelectorAll("button, input, a")[focused];
  if (focused >= 0 && before && sameDocument) before.focus({ preventScroll: true });
  else frame.focus({ preventScroll: true });
  return closed;
}
