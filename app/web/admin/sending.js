// Takes files that are dropped or chosen, and sends them. What is here outlives the part of the page that is drawn:
// files go on being sent while other pages are looked at. Names become text nodes only.

const AT_ONCE = 3;
const PAUSES = [500, 2500]; // Milliseconds before a file is tried again whose connection broke.

const waiting = []; // { ticket, run, number, entry } of files that are announced
const unsent = []; // { collection, entry } of files that did not arrive, and may be sent again
const active = new Set(); // Those of them that are being sent.
let announcing = 0; // Lists of files that are on their way.
let total = 0; // Since nothing was left to be sent.
let arrived = 0;
let problem = ""; // What is said when nothing could be sent at all.
let said = {}; // What the page said last: the ticket, the collection, its words.
let shown = null; // What is drawn: { component, parts }; null while another page is looked at.
const built = new WeakMap(); // The parts, by the place in which they are drawn.

// --- sending ---

const isSending = () => announcing + active.size + waiting.length > 0;

async function begin(entries, collection) {
  const { ticket, most, words } = said;
  problem = entries.length > most ? fill(words.too_many, { count: entries.length, most }) : "";
  if (problem || !entries.length) {
    redraw();
    return;
  }
  if (!isSending()) total = arrived = 0;
  announcing += 1;
  addEventListener("beforeunload", warn);
  addEventListener("pagehide", leave);
  const files = entries.map(({ name, file }) => ({ name, size: file.size }));
  const answer = await ask("POST", `upload/${ticket}`, JSON.stringify({ collection, files }));
  announcing -= 1;
  if (answer?.ok) {
    const { run, refused } = await answer.json();
    const not = new Set(refused);
    entries.forEach((entry, number) => {
      if (!not.has(number)) waiting.push({ ticket, run, number, collection, entry });
    });
    total += entries.length - not.size;
    shown?.component.setTriggerValue("begun", run);
    shown?.parts.heard.replaceChildren(words.begun);
  } else {
    problem = words.unreachable;
    unsent.push(...entries.map((entry) => ({ collection, entry })));
  }
  if (!isSending()) end();
  pump();
}

function pump() {
  while (active.size < AT_ONCE && waiting.length) {
    const item = waiting.shift();
    active.add(item);
    send(item).finally(() => {
      active.delete(item);
      if (!isSending()) end();
      pump();
    });
  }
  redraw();
}

async function send(item) {
  const at = `upload/${item.ticket}/${item.run}`;
  for (let attempt = 0; ; attempt += 1) {
    const answer = await ask("PUT", `${at}/${item.number}`, item.entry.file);
    if (answer?.ok || answer?.status === 409) {
      arrived += 1;
      return;
    }
    const isReadable = await canRead(item.entry.file);
    if (!isReadable || answer?.status === 422) {
      // It is not the file any more that was chosen.
      await ask("POST", `${at}/left`, JSON.stringify({ number: item.number, changed: true }));
      return;
    }
    if ((answer && answer.status !== 408) || attempt === PAUSES.length) break;
    await new Promise((resolve) => setTimeout(resolve, PAUSES[attempt]));
  }
  unsent.push({ collection: item.collection, entry: item.entry });
  await ask("POST", `${at}/left`, JSON.stringify({ number: item.number }));
}

// Answers with null where there is no answer: the connection broke, or the file cannot be read.
async function ask(method, address, body) {
  try {
    return await fetch(address, { method, body, credentials: "same-origin", redirect: "error" });
  } catch {
    return null;
  }
}

async function canRead(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

function end() {
  removeEventListener("beforeunload", warn);
  removeEventListener("pagehide", leave);
  shown?.parts.heard.replaceChildren(summary());
}

// The browser asks in words of its own whether to leave.
function warn(event) {
  event.preventDefault();
  event.returnValue = true;
}

function leave() {
  const runs = new Set([...active, ...waiting].map(({ ticket, run }) => `upload/${ticket}/${run}/left`));
  for (const address of runs) navigator.sendBeacon(address);
}

async function sendAgain() {
  const again = unsent.splice(0);
  for (const collection of new Set(again.map((one) => one.collection))) {
    await begin(again.filter((one) => one.collection === collection).map((one) => one.entry), collection);
  }
}

// --- what is dropped ---

async function entriesOf(transfer) {
  const roots = [...transfer.items].filter((item) => item.kind === "file");
  const found = [];
  // Asked for at once: after the first wait the browser has let go of them.
  const handles = roots.map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
  for (const handle of handles) {
    if (handle instanceof File) found.push({ name: handle.name, file: handle });
    else if (handle) await collect(handle, found);
  }
  return found;
}

async function collect(handle, found) {
  if (handle.isFile) {
    const file = await new Promise((resolve) => handle.file(resolve, () => resolve(null)));
    if (file) found.push({ name: handle.fullPath.replace(/^\//, ""), file });
    return;
  }
  const reader = handle.createReader();
  for (;;) {
    const some = await new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (!some.length) return;
    for (const inner of some) await collect(inner, found);
  }
}

// --- drawing ---

const make = (name, className = "", text = "") => {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  return made;
};

const fill = (text, values) =>
  text.replace(/\{(\w+)\}/g, (_, name) => new Intl.NumberFormat(document.documentElement.lang || "en").format(values[name]));

// What is typed counts at once, also where Streamlit has not been told of it yet.
const collectionNow = () => document.querySelector(".st-key-add-into input")?.value.trim() || said.collection;

function chooser(isFolder) {
  const field = make("input");
  field.type = "file";
  field.multiple = true;
  field.webkitdirectory = isFolder;
  field.tabIndex = -1;
  field.addEventListener("change", () => {
    const entries = [...field.files].map((file) => ({ name: file.webkitRelativePath || file.name, file }));
    field.value = "";
    begin(entries, collectionNow());
  });
  const opener = make("button");
  opener.type = "button";
  opener.addEventListener("click", () => field.click());
  return { field, opener };
}

function build(root) {
  const zone = make("div", "zone");
  zone.setAttribute("role", "group");
  const drop = make("div", "drop");
  const files = chooser(false);
  const folder = chooser(true);
  const state = make("div", "state");
  const heard = make("div", "heard");
  heard.setAttribute("role", "status");
  zone.append(drop, files.opener, files.field, folder.opener, folder.field, state, heard);
  if (!("webkitdirectory" in files.field)) folder.opener.hidden = true;
  zone.addEventListener("dragover", () => zone.classList.add("over"));
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", async (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    const collection = collectionNow();
    begin(await entriesOf(event.dataTransfer), collection);
  });
  root.append(zone);
  return { zone, drop, files, folder, state, heard };
}

function summary() {
  return unsent.length ? fill(said.words.missing, { count: unsent.length }) : total ? said.words.arrived : "";
}

function redraw() {
  if (!shown) return;
  const { state } = shown.parts;
  const { words } = said;
  if (total && isSending()) {
    // Drawn on in place: a bar that is made anew loses its place for those who hear the page.
    if (!state.querySelector("progress")) {
      const bar = make("progress");
      bar.setAttribute("aria-label", words.progress);
      state.replaceChildren(make("span"), bar);
    }
    const [told, bar] = state.children;
    told.textContent = fill(words.sending, { arrived, total });
    bar.max = total;
    bar.value = arrived;
    return;
  }
  const told = problem || summary();
  state.replaceChildren(...(told ? [make("span", "", told)] : []));
  if (unsent.length) {
    const again = state.appendChild(make("button", "", words.again));
    again.type = "button";
    again.addEventListener("click", sendAgain);
  }
}

// A file that misses the zone would be opened in the place of this page.
const keepPage = (event) => {
  if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
};

export default function (component) {
  const root = component.parentElement;
  if (!built.has(root)) built.set(root, build(root));
  const parts = built.get(root);
  shown = { component, parts };
  said = component.data;
  const { words } = said;
  parts.zone.setAttribute("aria-label", words.zone);
  parts.drop.replaceChildren(words.drop, make("small", "", words.flat));
  parts.files.opener.textContent = words.files;
  parts.folder.opener.textContent = words.folder;
  document.addEventListener("dragover", keepPage);
  document.addEventListener("drop", keepPage);
  redraw();
  return () => {
    if (shown?.component !== component) return;
    shown = null;
    document.removeEventListener("dragover", keepPage);
    document.removeEventListener("drop", keepPage);
  };
}
