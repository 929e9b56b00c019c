/* The phone's page: photographs in, parts out, the result on the same page. No library, no build. */
import * as queue from "./queue.js";

const PART_BYTES = 128 * 1024;
const SHORTEST_MS = 500, LONGEST_MS = 15000, PATIENCE_MS = 30000;
const by = (id) => document.getElementById(id);
const later = (ms) => new Promise((give) => setTimeout(give, ms));
let words = {}, session = null, photographs = [], examKey = null, screening = false;

const say = (key, values = {}) => (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

async function learnWords(language) {
  words = await (await fetch(`words.json?lang=${language}`)).json();
  document.documentElement.lang = words.lang;
  document.title = `${words["app.name"]} - ${words.title}`;
  for (const element of document.querySelectorAll("[data-say]")) element.textContent = say(element.dataset.say);
}

/* Asking the service -------------------------------------------------------------------------- */

class Shut extends Error {}
class Refused extends Error { constructor(status, words) { super(words); this.status = status; } }

async function ask(method, path, { body, headers = {}, token = session } = {}) {
  const answer = await fetch(`api/${path}`, {
    method, body, signal: AbortSignal.timeout(PATIENCE_MS), cache: "no-store",
    // The page's language, which the clinic chose, and not the browser's.
    headers: { Authorization: `Bearer ${token}`, "Accept-Language": document.documentElement.lang, ...headers },
  });
  const said = await answer.json();
  if (answer.status === 403) throw new Shut(said.error);
  if (!answer.ok) throw new Refused(answer.status, said.error);
  return said;
}

/* Whether another try may help: the network broke, or the service is busy or away. */
const passing = (error) => !(error instanceof Shut) && (!(error instanceof Refused) || error.status >= 500 || error.status === 422);

let pause = SHORTEST_MS, wake = () => {};
async function untilItHelps(work) {
  for (;;) {
    try {
      const done = await work();
      pause = SHORTEST_MS; line("");
      return done;
    } catch (error) {
      if (!passing(error)) throw error;
      line(navigator.onLine ? "broken" : "offline", error instanceof Refused ? error.message : "");
      await Promise.race([later(pause), new Promise((give) => { wake = give; })]);
      pause = Math.min(2 * pause, LONGEST_MS);
    }
  }
}

function line(key, more = "") {
  by("line").hidden = !key; by("retry").hidden = !key;
  by("line").textContent = key ? `${say(key)} ${more}` : "";
}

/* Sending ------------------------------------------------------------------------------------- */

async function send(photograph) {
  const bytes = await queue.bytesOf(photograph.key);
  await untilItHelps(async () => {
    let { received, complete } = await ask("GET", `photographs/${photograph.key}`);
    while (!complete) {
      const part = bytes.subarray(received, received + PART_BYTES);
      ({ received, complete } = await ask("PUT", `photographs/${photograph.key}`, {
        body: part,
        headers: {
          "Upload-Offset": received, "Upload-Length": bytes.length,
          "Upload-Sha256": photograph.sha256, "Part-Sha256": await queue.sha256(part),
        },
      }));
      pause = SHORTEST_MS;  // the line bears parts again
      photograph.percent = Math.floor(100 * received / bytes.length);
      tell(photograph);
    }
  });
  photograph.sent = true; photograph.percent = 100;
}

let sending = false;
async function sendAll() {
  if (sending || !session) return;  // before the phone is let in and after its exam there is nobody to send for
  sending = true;
  try {
    for (let next; (next = photographs.find((p) => !p.sent && !p.failed));) {
      try { await send(next); } catch (error) {
        if (error instanceof Shut) throw error;
        next.failed = error.message || say("broken");
      }
      draw();
    }
  } catch (error) { shut(error); } finally { sending = false; draw(); }
}

/* Screening ----------------------------------------------------------------------------------- */

const wish = () => JSON.stringify({
  key: examKey, age: by("age").value || null, sex: by("sex").value || null,
  photographs: photographs.filter((p) => p.sent).map(({ key, name, eye }) => ({ key, name, eye })),
});

/* Asks for the exam and shows its result. A page that was closed meanwhile asks for what it asked then. */
async function screenThem(wanted) {
  screening = true; draw();
  by("result").hidden = false;
  try {
    await queue.keepValue("asked", wanted);  // before it is sent: the page may be closed at any moment
    await untilItHelps(() => ask("POST", "exam", { body: wanted }));
    for (;;) {
      const told = await untilItHelps(() => ask("GET", "exam"));
      if (told.failed) return failed(told.failed);
      by("words").textContent = told.html ? "" : told.words;
      if (told.finished) return await finish(told.html);
      await later(400);
    }
  } catch (error) {
    if (error instanceof Refused && error.status === 409) {
      await queue.keepValue("asked", null);
      for (const p of photographs) p.sent = false;
      screening = false; return sendAll();
    }
    if (error instanceof Refused) return failed(error.message);
    shut(error);
  }
}

function failed(reason) {
  screening = false;
  by("words").textContent = say("failed", { reason });
  by("screen").textContent = say("again");
  draw();
}

async function finish(html) {
  by("words").innerHTML = html;  // written and escaped by our own service
  await queue.forget();
  photographs = []; session = null; draw();
  by("main").classList.add("finished");
  scrollTo(0, 0);
}

function shut(error) {
  by("main").hidden = true; by("shut").hidden = false;
  by("shut-words").textContent = error.message || say("no_code");
}

/* Photographs --------------------------------------------------------------------------------- */

async function add(eye, file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const sum = await queue.sha256(bytes);
  if (photographs.some((p) => p.sha256 === sum)) return line("twin");
  const { hint, picture } = await look(file);
  const number = 1 + Math.max(0, ...photographs.map((p) => p.number));
  const row = { key: queue.newKey(), number, eye, name: file.name || `phone-${number}.jpg`, sha256: sum, size: bytes.length, hint, picture };
  await queue.keep(row, bytes);
  photographs.push(row);
  draw(); sendAll();
}

/* A hint on the spot from a small copy: light, and how much is left of fine detail. The gate on the
   service decides; this only saves a walk. Thresholds are of 255 and of the detail's share. */
async function look(file) {
  let image;
  try { image = await createImageBitmap(file, { imageOrientation: "from-image" }); } catch { return { hint: "unknown", picture: "" }; }
  const side = 384, scale = side / Math.max(image.width, image.height);
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(image.width * scale); canvas.height = Math.round(image.height * scale);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
  return { hint: hintOf(data, width, height), picture: canvas.toDataURL("image/jpeg", 0.6) };
}

export function hintOf(data, width, height) {
  const light = new Float32Array(width * height);
  for (let i = 0; i < light.length; i++) light[i] = Math.max(data[4 * i], data[4 * i + 1], data[4 * i + 2]);
  let within = 0, sum = 0, clipped = 0, detail = 0, counted = 0;
  for (let y = 2; y < height - 2; y++) for (let x = 2; x < width - 2; x++) {
    const i = y * width + x, here = light[i];
    if (here < 16) continue;
    within++; sum += here; if (here > 250) clipped++;
    const r = Math.hypot(x - width / 2, y - height / 2);
    if (r > 0.35 * Math.min(width, height)) continue;
    const green = (j) => data[4 * j + 1];
    const bend = 4 * green(i) - green(i - 2) - green(i + 2) - green(i - 2 * width) - green(i + 2 * width);
    detail += bend * bend; counted++;
  }
  const mean = sum / Math.max(within, 1);
  if (within < 0.1 * width * height || mean < 60) return "dark";
  if (clipped > 0.12 * within || mean > 235) return "bright";
  return Math.sqrt(detail / Math.max(counted, 1)) < 2.5 ? "blur" : "good";
}

async function remove(key) {
  photographs = photographs.filter((p) => p.key !== key);
  await queue.drop(key);
  draw();
}

/* Drawing ------------------------------------------------------------------------------------- */

function draw() {
  for (const card of document.querySelectorAll("[data-eye]")) {
    const own = photographs.filter((p) => p.eye === card.dataset.eye);
    card.querySelector(".none").hidden = own.length > 0;
    card.querySelector(".tray").replaceChildren(...own.map(item));
    for (const input of card.querySelectorAll("input")) input.disabled = screening;
  }
  const open = photographs.filter((p) => !p.sent && !p.failed);
  const ready = photographs.some((p) => p.sent) && !open.length;
  by("screen").disabled = !ready || screening;
  by("screen").hidden = !session;
  by("why").textContent = !session || ready ? "" : say(photographs.length ? "screen.sending" : "screen.first");
}

const stateOf = (photograph) => photograph.failed || (photograph.sent ? say("sent") : photograph.percent ? say("sending", { percent: photograph.percent }) : say("waiting"));

/* A part has arrived. Only the numbers change: a button that is made anew under a finger loses the touch. */
function tell(photograph) {
  const line = document.querySelector(`[data-key="${photograph.key}"]`), bar = line?.querySelector("progress");
  if (!bar) return draw();
  line.querySelector(".state").textContent = stateOf(photograph);
  bar.value = photograph.percent;
  bar.setAttribute("aria-label", stateOf(photograph));
}

function item(photograph) {
  const line = document.createElement("li");
  line.dataset.key = photograph.key;
  const picture = document.createElement(photograph.picture ? "img" : "span");
  if (photograph.picture) { picture.src = photograph.picture; picture.alt = photograph.name; } else picture.className = "blank";
  const state = Object.assign(document.createElement("span"), { className: "state" });
  state.textContent = stateOf(photograph);
  const away = Object.assign(document.createElement("button"), { type: "button", textContent: say("remove"), disabled: screening });
  away.addEventListener("click", () => remove(photograph.key));
  const hint = Object.assign(document.createElement("span"), { className: "hint", textContent: say(`hint.${photograph.hint}`) });
  const bar = Object.assign(document.createElement("progress"), { max: 100, value: photograph.percent || 0 });
  bar.setAttribute("aria-label", state.textContent);
  line.append(picture, state, away, hint, ...(photograph.sent ? [] : [bar]));
  return line;
}

function build() {
  for (const card of document.querySelectorAll("[data-eye]")) {
    card.append(by("eye").content.cloneNode(true));
    const eye = card.dataset.eye, head = card.querySelector("h2");
    head.id = eye.toLowerCase(); head.dataset.say = `eye.${eye}`;
    for (const input of card.querySelectorAll("input[type=file]")) input.addEventListener("change", async () => {
      const files = [...input.files];
      input.value = "";
      for (const file of files) await add(eye, file);
    });
  }
  by("screen").addEventListener("click", () => screenThem(wish()));
  by("retry").addEventListener("click", () => { pause = SHORTEST_MS; wake(); });
  addEventListener("online", () => { pause = SHORTEST_MS; wake(); });
  addEventListener("offline", () => line("offline"));
}

async function begin() {
  build();
  const token = new URLSearchParams(location.hash.slice(1)).get("t");
  history.replaceState(null, "", location.pathname);  // the token is used up: it stays in no history
  const kept = await queue.value("session");
  await learnWords(kept?.lang ?? (navigator.language.startsWith("zh") ? "zh" : "en"));
  let open = kept;
  if (token && token !== kept?.token) {
    if (await queue.value("opening") !== token) {
      await queue.forget();  // another person's code: nothing of the last one stays
      await queue.keepValue("opening", token);
      await queue.keepValue("name", queue.newKey());
    }
    const headers = { "Phone-Name": await queue.value("name") };
    try { open = { token, ...await untilItHelps(() => ask("POST", "open", { token, headers })) }; } catch (error) { return shut(error); }
    await queue.keepValue("session", open);
    await queue.keepValue("exam", queue.newKey());
    await learnWords(open.lang);
  }
  if (!open) return shut(new Shut(say("no_code")));
  session = open.session; examKey = await queue.value("exam");
  photographs = await queue.rows();
  by("plain").hidden = queue.secured; by("kept").hidden = !queue.secured;
  by("main").hidden = false;
  const asked = await queue.value("asked");
  const arrived = asked ? JSON.parse(asked).photographs.map((p) => p.key) : [];
  for (const p of photographs) p.sent = arrived.includes(p.key);
  draw(); sendAll();
  if (asked) screenThem(asked);
}

if ("serviceWorker" in navigator) navigator.serviceWorker.register("sw.js").catch(() => {});
begin();
