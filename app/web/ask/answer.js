// Draws one question and its answer. What documents and models say becomes text nodes only, never HTML: Markdown is
// read here, in the little that answers use, and anything else stays as it was written.

const MARKER = /\[(\d{1,3})\]|\uE000([a-z_]+)\uE001/g;
const INLINE = new RegExp(
  [
    "(?<code>`[^`\\n]+`)",
    "(?<bold>\\*\\*(?=\\S)[^\\n]+?\\*\\*|__(?=\\S)[^\\n]+?__)",
    "(?<italic>\\*(?=[^\\s*])[^*\\n]+\\*|(?<!\\w)_(?=[^\\s_])[^_\\n]+_(?!\\w))",
    "(?<image>!\\[[^\\]\\n]*\\]\\([^)\\n]*\\))",
    "(?<link>\\[[^\\]\\n]+\\]\\([^)\\s]+\\))",
    "(?<marker>\\[\\d{1,3}\\])",
    "(?<verdict>\\uE000[a-z_]+\\uE001)",
  ].join("|"),
  "g",
);
const SENTENCE_END = /(?<=[.!?…:]["”’)]?)\s+/;

// By way of the node, so that one that stays in the page through a redraw can be told what its click now means.
function listen(node, event, act) {
  node.acts = { ...node.acts, [event]: act };
  node.addEventListener(event, (happened) => node.acts[event](happened));
}

// Makes what is drawn what it is to be, and leaves alone what is that already: an answer is drawn anew several times a
// second while it is written, and whoever selects its words, hears it or has a button focused is not to lose them.
function patch(drawn, wanted) {
  if (drawn.acts) drawn.acts = wanted.acts;
  if (drawn.nodeName === "TEXTAREA" && drawn.value !== wanted.value) drawn.value = wanted.value;
  for (const { name } of [...drawn.attributes]) if (!wanted.hasAttribute(name)) drawn.removeAttribute(name);
  for (const { name, value } of wanted.attributes) if (drawn.getAttribute(name) !== value) drawn.setAttribute(name, value);
  const olds = [...drawn.childNodes];
  const children = [...wanted.childNodes];
  children.forEach((child, index) => {
    const old = olds[index];
    if (!old) drawn.append(child);
    else if (old.nodeType === Node.TEXT_NODE && child.nodeType === Node.TEXT_NODE) {
      if (old.data !== child.data) old.data = child.data;
    } else if (old.nodeName === child.nodeName && !old.acts === !child.acts) patch(old, child);
    else old.replaceWith(child);
  });
  for (const old of olds.slice(children.length)) old.remove();
}

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === undefined || value === null) continue;
    if (key.startsWith("on")) listen(made, key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

const THUMB =
  "M7 10v10H3V10zm2 10V9.500l4-6.500c1.500 0 2.500 1.300 2 2.800L14.300 9H20a1.500 1.500 0 0 1 1.500 1.800l-1.500 7.500A2 2 0 0 1 18 20z";

function thumb(rating) {
  const drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [key, value] of [["viewBox", "0 0 24 24"], ["class", rating], ["aria-hidden", "true"]]) drawn.setAttribute(key, value);
  drawn.appendChild(document.createElementNS(drawn.namespaceURI, "path")).setAttribute("d", THUMB);
  return drawn;
}

// --- Markdown to nodes ---

class Writer {
  constructor(data, open) {
    this.data = data;
    this.open = open;
    this.next = 0; // the citation that the next marker belongs to
  }

  chip(number) {
    const { citations, sources, words } = this.data;
    let index = -1;
    // The sources that Lectern found for the row of a table have no marker in it.
    while (citations[this.next]?.attributed && citations[this.next].number !== number) this.next++;
    if (citations[this.next]?.number === number) index = this.next++;
    else for (let i = this.next - 1; i >= 0 && index < 0; i--) if (citations[i].number === number) index = i;
    const citation = index < 0 ? null : citations[index];
    const source = sources.find((one) => one.number === number);
    const place = citation?.label ?? source?.label ?? "";
    const label = citation?.attributed ? `${place} (${words.attributed})` : place;
    const wrong = citation !== null && !citation.supported;
    const chosen = this.data.chosen === (citation ? `citation:${index}` : `source:${number}`);
    const button = element(
      "button",
      {
        type: "button",
        class: `chip${citation?.attributed ? " attributed" : ""}${wrong ? " wrong" : ""}${chosen ? " chosen" : ""}`,
        title: citation ? undefined : label,
        "data-card": citation ? String(index) : undefined,
        "aria-label": `${words.show_source} ${number}: ${label}${wrong ? `, ${this.data.doubt || words.unsupported}` : ""}`,
        "aria-pressed": String(chosen),
        onclick: () => this.open(citation ? { kind: "citation", at: index } : { kind: "source", at: number }),
      },
      wrong ? `${number}?` : String(number),
    );
    return { button, wrong };
  }

  // What is to be said of a sentence that is not supported, or may not answer, in words beside it.
  badge(marked, verdict) {
    marked.classList.add("unsupported");
    return element("span", { class: `badge ${verdict}-badge` }, this.data.words[verdict] ?? verdict);
  }

  // Inline text in sentences, so that one that its source does not carry can be marked.
  inline(parent, text) {
    let sentence = null;
    const last = () => sentence ?? (sentence = parent.appendChild(element("span", { class: "sentence" })));
    let from = 0;
    const plain = (piece) => {
      piece.split(SENTENCE_END).forEach((part, index) => {
        if (index > 0) {
          parent.append(" ");
          sentence = null;
        }
        const rest = index > 0 ? part : this.keepTogether(parent, part);
        if (rest) last().append(rest);
      });
    };
    for (const match of text.matchAll(INLINE)) {
      plain(text.slice(from, match.index));
      from = match.index + match[0].length;
      const found = match.groups;
      if (found.marker) {
        const { button, wrong } = this.chip(Number(found.marker.slice(1, -1)));
        // A marker after the full stop belongs to the sentence before it.
        const marked = sentence ?? [...parent.querySelectorAll(":scope > .sentence")].pop() ?? last();
        if (wrong) marked.classList.add("unsupported");
        (sentence ?? marked).append(element("span", { class: "kept" }, button));
      } else if (found.verdict) {
        const marked = sentence ?? [...parent.querySelectorAll(":scope > .sentence")].pop() ?? last();
        marked.append(this.badge(marked, found.verdict.slice(1, -1)));
        sentence = null;
      } else if (found.code) last().append(element("code", {}, found.code.slice(1, -1)));
      else if (found.bold) this.nested("strong", last(), found.bold.slice(2, -2));
      else if (found.italic) this.nested("em", last(), found.italic.slice(1, -1));
      else if (found.link) last().append(this.link(found.link));
      else last().append(match[0]); // an image is shown as what was written
    }
    plain(text.slice(from));
  }

  // What ends a sentence stays on the line of the marker before it; returns the rest.
  keepTogether(parent, text) {
    const [end] = /^[.,;:!?)\]”’"']*/.exec(text);
    const kept = parent.lastElementChild?.lastChild;
    if (!end || !(kept instanceof Element) || !kept.classList.contains("kept")) return text;
    kept.append(end);
    return text.slice(end.length);
  }

  nested(name, parent, text) {
    const made = parent.appendChild(element(name));
    let from = 0;
    for (const match of text.matchAll(MARKER)) {
      made.append(text.slice(from, match.index));
      from = match.index + match[0].length;
      if (match[2]) {
        made.append(this.badge(parent, match[2]));
        continue;
      }
      const { button, wrong } = this.chip(Number(match[1]));
      if (wrong) parent.classList.add("unsupported");
      made.append(button);
    }
    made.append(text.slice(from));
  }

  link(written) {
    const [, words, address] = /^\[([^\]]+)\]\((.*)\)$/.exec(written);
    let url;
    try {
      url = new URL(address);
    } catch {
      return document.createTextNode(written);
    }
    if (url.protocol !== "http:" && url.protocol !== "https:") return document.createTextNode(written);
    const attributes = { href: url.href, target: "_blank", rel: "noopener noreferrer nofollow" };
    // The address is shown beside the words: a model can be made to write a link that is not what it says.
    const title = `${url.href} (${this.data.words.open_link})`;
    return element("a", { ...attributes, referrerpolicy: "no-referrer", title }, `${words} (${url.host})`);
  }

  blocks(parent, text) {
    const lines = text.split("\n");
    for (let at = 0; at < lines.length; ) {
      const line = lines[at];
      if (/^\s*```/.test(line)) {
        const code = [];
        for (at++; at < lines.length && !/^\s*```/.test(lines[at]); at++) code.push(lines[at]);
        at++;
        parent.append(element("pre", {}, element("code", {}, code.join("\n"))));
      } else if (/^\s*$/.test(line)) at++;
      else if (/^#{1,6}\s/.test(line)) {
        this.inline(parent.appendChild(element("p", { class: "heading" })), line.replace(/^#+\s+/, ""));
        at++;
      } else if (/^\s*(?:[-*_]\s*){3,}$/.test(line)) {
        parent.append(element("hr"));
        at++;
      } else if (/^\s*\|.*\|\s*$/.test(line) && /^\s*\|[\s:|-]+\|\s*$/.test(lines[at + 1] ?? "")) at = this.table(parent, lines, at);
      else if (/^\s*(?:[-*•+]|\d{1,3}[.)])\s+/.test(line)) at = this.list(parent, lines, at);
      else if (/^\s*>/.test(line)) {
        const quoted = [];
        for (; at < lines.length && /^\s*>/.test(lines[at]); at++) quoted.push(lines[at].replace(/^\s*>\s?/, ""));
        this.inline(parent.appendChild(element("blockquote")), quoted.join(" "));
      } else {
        const paragraph = [];
        for (; at < lines.length && lines[at].trim() && !/^\s*(?:[-*•+]\s|\d{1,3}[.)]\s|#{1,6}\s|```|>)/.test(lines[at]); at++)
          paragraph.push(lines[at].trim());
        if (!paragraph.length) paragraph.push(lines[at++].trim());
        this.inline(parent.appendChild(element("p")), paragraph.join(" "));
      }
    }
  }

  list(parent, lines, at) {
    const item = /^(\s*)(?:[-*•+]|(\d{1,3})[.)])\s+(.*)$/;
    const first = item.exec(lines[at]);
    const made = parent.appendChild(element(first[2] ? "ol" : "ul", first[2] ? { start: first[2] } : {}));
    while (at < lines.length) {
      const found = item.exec(lines[at]);
      if (!found || (found[1].length <= first[1].length && Boolean(found[2]) !== Boolean(first[2]))) break;
      if (found[1].length > first[1].length + 1 && made.lastElementChild) {
        at = this.list(made.lastElementChild, lines, at);
        continue;
      }
      if (found[1].length + 1 < first[1].length) break;
      let text = found[3];
      for (at++; at < lines.length && /^\s{2,}\S/.test(lines[at]) && !item.test(lines[at]); at++) text += ` ${lines[at].trim()}`;
      this.inline(made.appendChild(element("li")), text);
      while (at < lines.length && !lines[at].trim() && item.test(lines[at + 1] ?? "")) at++;
    }
    return at;
  }

  table(parent, lines, at) {
    const cells = (line) => line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
    const made = element("table");
    const row = (line, name) => {
      const drawn = made.appendChild(element("tr"));
      for (const cell of cells(line)) this.inline(drawn.appendChild(element(name)), cell);
    };
    row(lines[at], "th");
    for (at += 2; at < lines.length && /^\s*\|/.test(lines[at]); at++) row(lines[at], "td");
    parent.append(element("div", { class: "wide" }, made));
    return at;
  }
}

// --- what is around the text ---

function drawSource(data, source, open) {
  const chosen = data.chosen === `source:${source.number}`;
  const button = element(
    "button",
    {
      type: "button",
      class: `source${chosen ? " chosen" : ""}`,
      title: source.detail,
      "aria-pressed": String(chosen),
      onclick: () => open({ kind: "source", at: source.number }),
    },
    element("b", {}, String(source.number)),
    element("span", { class: "label" }, source.label),
  );
  if (data.refused && source.excerpt) button.append(element("span", { class: "excerpt", dir: "auto" }, source.excerpt));
  return button;
}

// The sources that are cited, or of a refusal those with the sentences nearest to the question, the nearest first; the
// others are folded. Until the answer is whole all are there.
function drawSources(data, open) {
  const { words } = data;
  const caption = data.refused ? words.nearest : words.sources;
  const cited = new Set(data.citations.map((citation) => citation.number));
  const all = data.running || (data.refused && !data.nearest.length);
  const shown = data.nearest.length
    ? data.nearest.map((number) => data.sources.find((source) => source.number === number))
    : data.sources.filter((source) => all || cited.has(source.number));
  const others = data.sources.filter((source) => !shown.includes(source));
  const drawn = [];
  if (shown.length) {
    const list = element("div", { class: "sources", role: "group", "aria-label": caption }, element("span", { class: "caption" }, caption));
    list.append(...shown.map((source) => drawSource(data, source, open)));
    drawn.push(list);
  }
  if (others.length) {
    const list = element("div", { class: "sources", role: "group", "aria-label": words.other_sources });
    list.append(...others.map((source) => drawSource(data, source, open)));
    drawn.push(element("details", { class: "others" }, element("summary", {}, `${words.other_sources}: ${others.length}`), list));
  }
  return drawn;
}

function drawSteps(data) {
  if (!data.steps.length) return null;
  const list = element("ul", { class: "steps", "aria-label": data.words.steps });
  for (const step of data.steps) list.append(element("li", {}, step));
  if (data.running) return list;
  return element("details", { class: "done" }, element("summary", {}, `${data.words.steps}: ${data.steps.length}`), list);
}

function drawRows(data, rows, first, open) {
  const made = element("table", { class: "found" });
  const head = made.appendChild(element("tr"));
  for (const column of data.table.columns) head.append(element("th", { scope: "col" }, column));
  rows.forEach((row, index) => {
    const drawn = made.appendChild(element("tr"));
    row.forEach((cell, column) => {
      const at = first + index;
      const chosen = data.chosen === `cell:${at}:${column}`;
      const opens = cell.opens && cell.text;
      const shown = opens
        ? element("button", { type: "button", class: `cell${chosen ? " chosen" : ""}`, title: data.words.show_page, "aria-pressed": String(chosen), onclick: () => open({ kind: "cell", at, column }) }, cell.text)
        : cell.text;
      drawn.append(element("td", {}, shown, ...(cell.note ? [element("div", { class: "cell-note" }, cell.note)] : [])));
    });
  });
  return element("div", { class: "wide" }, made);
}

function drawTable(data, open) {
  const { table, words } = data;
  if (!table) return null;
  const drawn = element("div", { class: "table-view" });
  if (table.rows.length) drawn.append(drawRows(data, table.rows, 0, open));
  if (table.more) drawn.append(element("p", { class: "note" }, `${table.more} ${words.more_rows}`));
  if (table.undecided.length) {
    drawn.append(element("p", { class: "caption" }, words.undecided), drawRows(data, table.undecided, table.first_undecided, open));
  }
  if (table.completeness) drawn.append(element("p", { class: "note warn" }, table.completeness));
  return drawn;
}

// What was understood as a filter; a click asks again without it.
function drawFilters(data, lift) {
  const { filters, words } = data;
  const drawn = element("div", { class: "filters", role: "group", "aria-label": words.filtered }, element("span", { class: "caption" }, words.filtered));
  for (const { field, label } of filters) {
    const title = `${words.lift_filter}: ${label}`;
    drawn.append(element("button", { type: "button", class: "filter", title, "aria-label": title, onclick: () => lift(field) }, `${label} ✕`));
  }
  return drawn;
}

function drawFooter(data, act, redraw) {
  const { words } = data;
  const footer = element("div", { class: "footer" });
  const button = (words, onclick, more = {}) => footer.appendChild(element("button", { type: "button", class: "quiet", onclick, ...more }, words));
  if (data.finished) {
    button(words.copy, (event) => copyText(data.copy, event.currentTarget, words));
    for (const rating of ["up", "down"]) {
      const pressed = data.rating === rating;
      const more = { class: `quiet${pressed ? " pressed" : ""}`, title: words[rating], "aria-label": words[rating], "aria-pressed": String(pressed) };
      button(thumb(rating), () => act("rate", rating), more);
    }
  }
  if (data.can_ask_again) {
    button(words.again, () => act("again", {}));
    button(words.edit, () => redraw(() => opened.set(`edit ${data.name}`, data.question)));
    if (data.llms.length) {
      const choose = element("select", { class: "quiet", "aria-label": words.again_with, onchange: (event) => event.target.value && act("again", { llm: data.llms[event.target.value - 1].llm }) });
      choose.append(element("option", { value: "" }, words.again_with));
      data.llms.forEach(({ name }, index) => choose.append(element("option", { value: String(index + 1) }, name)));
      footer.append(choose);
    }
  }
  if (data.finished) {
    button(words.share, () => act("share", true));
    button(words.note, () => redraw(() => opened.set(`note ${data.name}`, data.note)));
  }
  if (data.made.length) {
    const rows = data.stages.map(([name, time]) => element("div", {}, element("span", {}, name), element("span", {}, time)));
    footer.append(
      element(
        "details",
        { class: "made" },
        element("summary", { "aria-label": `${words.details}: ${data.made.join(", ")}` }, data.made.join(" · ")),
        element("div", { class: "stages" }, ...(data.mode ? [element("div", { class: "mode" }, data.mode)] : []), ...rows),
      ),
    );
  }
  return footer;
}

// What is being typed into a turn, by what it is and the turn: kept here, as the turn may be drawn anew meanwhile.
const opened = new Map();

// A field for a few lines, with what is in it, and the buttons that keep or leave it.
function drawField(key, { label, most, keep, save, words, redraw }) {
  const close = () => redraw(() => opened.delete(key));
  const finish = () => {
    const text = opened.get(key);
    close();
    save(text);
  };
  const field = element("textarea", {
    "aria-label": label,
    maxlength: String(most),
    rows: "3",
    dir: "auto",
    oninput: (event) => opened.set(key, event.target.value),
    onkeydown: (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) finish();
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
  });
  field.value = opened.get(key);
  const keepIt = element("button", { type: "button", class: "main", onclick: finish }, keep);
  return element("div", { class: "field" }, field, element("div", { class: "row" }, keepIt, element("button", { type: "button", class: "quiet", onclick: close }, words.edit_cancel)));
}

async function copyText(text, button, words) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // A page that is not served over HTTPS has no clipboard but this one.
    const field = document.body.appendChild(element("textarea", { style: "position:fixed;opacity:0" }));
    field.value = text;
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  button.textContent = words.copied;
  setTimeout(() => (button.textContent = words.copy), 1500);
}

// Says once what became of an answer, to those who hear the page: what is drawn anew all the time is not announced.
const announced = new Map();

function announce(data) {
  const said = announced.get(data.name);
  announced.set(data.name, data.state);
  if (said === data.state || (said === undefined && !data.running)) return;
  const told = data.running ? data.words[data.state] : data.words.answered;
  if (!told) return;
  let live = document.getElementById("lectern-live");
  if (!live) {
    live = document.body.appendChild(element("div", { id: "lectern-live", role: "status", "aria-live": "polite" }));
    live.style.cssText = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)";
  }
  live.textContent = `${told} ${data.question}`;
}

// --- the quote of a citation, in a card beside its number ---

const CARD_DELAY = 200; // milliseconds: a pointer that passes over a number opens nothing, and reaches the card

function cardOf(root) {
  let card = [...root.children].find((child) => child.classList.contains("card"));
  if (!card) {
    card = root.appendChild(element("div", { class: "card", role: "tooltip", hidden: true }));
    let timer = 0;
    const later = (act) => {
      clearTimeout(timer);
      timer = setTimeout(act, CARD_DELAY);
    };
    card.hide = () => {
      clearTimeout(timer);
      card.hidden = true;
    };

    const chipAt = (event) => event.target.closest?.(".chip[data-card]");
    root.addEventListener("pointerover", (event) => {
      const chip = chipAt(event);
      if (event.pointerType !== "touch" && chip) later(() => card.show(chip));
      else if (event.target.closest?.(".card")) clearTimeout(timer);
    });
    root.addEventListener("pointerout", (event) => {
      if (chipAt(event) || event.target.closest?.(".card")) later(card.hide);
    });
    root.addEventListener("focusin", (event) => (chipAt(event)?.matches(":focus-visible") ? card.show(chipAt(event)) : card.hide()));
    root.addEventListener("focusout", card.hide);
    root.addEventListener("click", card.hide);
    root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || card.hidden) return;
      card.hide();
      event.stopPropagation();
    });
  }
  return card;
}

let cardShown = null;
addEventListener("scroll", (event) => event.target !== cardShown && cardShown?.hide(), { capture: true, passive: true });

function showCard(card, chip, data) {
  cardShown = card;
  const citation = data.citations[Number(chip.dataset.card)];
  if (!citation?.quote) return;
  card.replaceChildren(
    element("div", { class: "place" }, citation.label),
    element("blockquote", { dir: "auto" }, citation.quote),
    ...(citation.supported ? [] : [element("div", { class: "note warn" }, data.doubt || data.words.unsupported)]),
  );
  card.hidden = false;
  const at = chip.getBoundingClientRect();
  const { width, height } = card.getBoundingClientRect();
  const left = Math.max(8, Math.min(at.left, innerWidth - width - 8));
  const below = at.bottom + 6 + height < innerHeight;
  card.style.left = `${left}px`;
  card.style.top = `${below ? at.bottom + 6 : Math.max(8, at.top - height - 6)}px`;
}

// --- how long one has waited ---

function secondsSince(begun) {
  const seconds = Math.max(0, Math.round((Date.now() - begun) / 1000));
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

setInterval(() => {
  for (const shown of waits) {
    if (shown.isConnected) shown.textContent = secondsSince(Number(shown.dataset.begun));
    else waits.delete(shown);
  }
}, 1000);

const waits = new Set();

function drawWaiting(data) {
  const elapsed = element("span", { class: "elapsed", "aria-hidden": "true", "data-begun": String(data.begun) }, secondsSince(data.begun));
  return element("div", { class: "doing" }, element("span", { class: "waiting" }, data.doing), elapsed);
}

export default function (component) {
  const { data, parentElement } = component;
  announce(data);
  const card = cardOf(parentElement);
  card.show = (chip) => showCard(card, chip, data);
  const redraw = (change) => {
    change();
    draw(component, redraw);
    parentElement.querySelector(".turn textarea")?.focus();
  };
  draw(component, redraw);
}

function drawQuestion(data, act, redraw) {
  const { words } = data;
  const key = `edit ${data.name}`;
  const heading = element("div", { class: "question", role: "heading", "aria-level": "2", dir: "auto" }, data.question);
  if (!opened.has(key)) return [heading];
  const save = (text) => act("again", { text });
  return [heading, drawField(key, { label: words.edit, most: data.most_characters, keep: words.edit_ask, save, words, redraw })];
}

function drawNote(data, act, redraw) {
  const { words } = data;
  const key = `note ${data.name}`;
  if (opened.has(key)) return [drawField(key, { label: words.note, most: data.most_note, keep: words.note_keep, save: (text) => act("note", text), words, redraw })];
  return data.note ? [element("div", { class: "noted", dir: "auto" }, element("b", {}, `${words.note}: `), data.note)] : [];
}

function draw(component, redraw) {
  const { data, parentElement, setTriggerValue } = component;
  const { words } = data;
  const act = setTriggerValue;
  const open = (what) => act("open", what);
  const turn = element("div", { class: "turn" });
  turn.append(...drawQuestion(data, act, redraw));
  if (data.scope) turn.append(element("p", { class: "note scope" }, data.scope));
  if (data.asked_as) turn.append(element("p", { class: "note asked-as", dir: "auto" }, `${words.asked_as} ${data.asked_as}`));
  const answer = turn.appendChild(
    element("div", { class: `answer ${data.state}${data.refused ? " refused" : ""}`, role: "region", "aria-label": `${words.answer}: ${data.question}`, "aria-busy": String(data.running) }),
  );
  // Parts that are there from the start, empty or not: what is added to one moves no other, and none is drawn anew.
  const [before, text, middle, sources, after] = ["before", "text", "middle", "sources-view", "after"].map((name) => answer.appendChild(element("div", { class: name })));
  if (data.filters.length) before.append(drawFilters(data, (field) => act("lift", field)));
  if (data.refused) before.append(element("div", { class: "verdict" }, words.refused));
  const steps = drawSteps(data);
  if (steps && data.running) before.append(steps);
  if (data.headline) before.append(element("p", { class: "headline", role: "note" }, data.headline));
  // Arabic and Hebrew run from the right, each block by its own first letters.
  text.dir = "auto";
  new Writer(data, open).blocks(text, data.text);
  for (const block of text.querySelectorAll("p, ul, ol, blockquote, table")) block.dir = "auto";
  if (data.running && data.text) (text.lastElementChild ?? text).append(element("span", { class: "waiting" }));
  if (data.running) middle.append(drawWaiting(data));
  const table = drawTable(data, open);
  if (table) middle.append(table);
  const warning = data.doubt || (text.querySelector(".unsupported") ? words.unsupported_note : "");
  if (warning) middle.append(element("p", { class: "note warn" }, warning));
  for (const notice of data.notices) middle.append(element("p", { class: "note" }, notice));
  if (data.problem) middle.append(element("p", { class: "note bad", role: "alert" }, data.problem));
  sources.append(...drawSources(data, open));
  if (steps && !data.running) after.append(steps);
  after.append(...drawNote(data, act, redraw));
  if (!data.running) after.append(drawFooter(data, act, redraw));
  const drawn = parentElement.querySelector(".turn");
  for (const details of turn.querySelectorAll("details")) details.open = drawn?.querySelector(`details.${details.className}`)?.open ?? false;
  if (drawn) patch(drawn, turn);
  else parentElement.prepend(turn);
  const elapsed = parentElement.querySelector(".elapsed");
  if (elapsed) waits.add(elapsed);
}
