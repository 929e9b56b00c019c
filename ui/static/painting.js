/* The painter: masks over a photograph, painted by pointer or keyboard. No library, no build, nothing
   fetched. Places are in the photograph's pixels; a layer is what is at least half opaque of its canvas. */
const UNDO_BYTES = 200e6, MOST_ZOOM = 16, STEP = 1.5, QUIET_MS = 1500, IDLE_MS = 20000, ANSWER_MS = 60000;

class Painter {
  constructor(root) {
    this.root = root;
    this.canvas = root.querySelector("canvas");
    this.layers = new Map();
    this.view = { zoom: 1, x: 0, y: 0 };
    this.pointers = new Map();
    this.done = []; this.undone = [];
    this.listen();
    this.watch = new ResizeObserver(() => this.draw());
    this.watch.observe(this.canvas);
    this.leaving = (event) => { if (this.dirty().length) event.preventDefault(); };
    addEventListener("beforeunload", this.leaving);
  }

  /* What the server says --------------------------------------------------------------------- */

  async take(data, tell) {
    // What was told in another language is told no more.
    if (this.data && this.data.words.tool !== data.words.tool) this.tell("");
    this.data = data; this.tellServer = tell;
    this.words();
    if (!this.photograph) { this.photograph = {}; await this.open(data); }
    this.answer(data.answer);
    this.showLayers();
    this.draw();
  }

  async open(data) {
    this.cross = { x: data.width / 2, y: data.height / 2, shown: false };
    this.root.style.setProperty("--aspect", data.height / data.width);
    this.photograph = await picture(data.photograph);
    for (const each of data.layers) {
      const layer = { ...each, shown: true, dirty: false, edits: 0, parent: each.keptId || each.modelId, spent_ms: 0 };
      const begun = each.draft?.png || each.kept || each.model;
      if (begun) await this.fill(layer, begun);
      if (each.draft) Object.assign(layer, { dirty: true, parent: each.draft.parent, spent_ms: 1000 * each.draft.spent_s });
      this.layers.set(layer.id, layer);
    }
    this.active = this.layers.values().next().value;
    this.root.classList.add("open");
  }

  answer(answer) {
    if (!answer?.serial || answer.serial !== this.waiting) return;
    this.waiting = null;
    clearTimeout(this.patience);
    for (const id of answer.kept) {
      const now = this.data.layers.find((each) => each.id === id);
      const layer = this.layers.get(id);
      // What was painted while it was being kept is not kept.
      Object.assign(layer, { dirty: layer.edits !== layer.sent, parent: now.keptId, kept: now.kept, spent_ms: 0 });
    }
    if (this.dirty().length) this.later();
    const names = answer.kept.map((id) => this.layers.get(id).name).join(", ");
    this.tell([names && this.say("kept", { names, by: this.data.by }), answer.refused].filter(Boolean).join(" "), Boolean(answer.refused));
  }

  say(key, gaps = {}) { return this.data.words[key].replace(/\{(\w+)\}/g, (_, name) => gaps[name] ?? ""); }

  words() {
    for (const each of this.root.querySelectorAll("[data-say]")) each.textContent = this.say(each.dataset.say);
    for (const each of this.root.querySelectorAll("[data-name]")) {
      each.setAttribute("aria-label", this.say(each.dataset.name));
      each.title = this.say(each.dataset.name);
    }
    this.canvas.setAttribute("aria-label", this.say("canvas"));
    this.find(".brush").nextElementSibling.value = this.find(".brush").value;
  }

  find(selector) { return this.root.querySelector(selector); }

  tell(words, bad = false) {
    this.find(".told").textContent = words;
    this.find(".told").classList.toggle("bad", bad);
  }

  /* Layers ----------------------------------------------------------------------------------- */

  surface(layer) {
    if (!layer.canvas) {
      layer.canvas = blank(this.data.width, this.data.height);
      layer.pen = layer.canvas.getContext("2d", { willReadFrequently: true });
    }
    return layer.pen;
  }

  async fill(layer, mask) {
    const pen = this.surface(layer);
    pen.globalCompositeOperation = "copy";
    pen.drawImage(await picture(mask), 0, 0);
    const seen = pen.getImageData(0, 0, this.data.width, this.data.height), data = seen.data;
    for (let i = 0; i < data.length; i += 4) data[i + 3] = data[i] > 127 ? 255 : 0;
    pen.putImageData(seen, 0, 0);
    // The mask says where, the layer's own colour says what.
    pen.globalCompositeOperation = "source-in";
    pen.fillStyle = layer.colour;
    pen.fillRect(0, 0, this.data.width, this.data.height);
    pen.globalCompositeOperation = "source-over";
    layer.ring = null;
  }

  mask(layer) {
    const { width, height } = this.data;
    const seen = layer.canvas ? layer.pen.getImageData(0, 0, width, height) : new ImageData(width, height);
    const data = seen.data;
    for (let i = 0; i < data.length; i += 4) {
      data[i] = data[i + 1] = data[i + 2] = data[i + 3] > 127 ? 255 : 0;
      data[i + 3] = 255;
    }
    const written = blank(width, height);
    written.getContext("2d").putImageData(seen, 0, 0);
    return { png: written.toDataURL("image/png"), parent: layer.parent, spent_s: Math.round(Math.min(layer.spent_ms / 1000, 86400)) };
  }

  dirty() { return [...this.layers.values()].filter((layer) => layer.dirty); }

  showLayers() {
    const list = this.find(".layers");
    if (!list.querySelector("label")) for (const layer of this.layers.values()) list.append(this.row(layer));
    for (const layer of this.layers.values()) {
      const now = this.data.layers.find((each) => each.id === layer.id);
      Object.assign(layer, { name: now.name, keptBy: now.keptBy });
      const row = list.querySelector(`[data-layer="${layer.id}"]`);
      row.querySelector("label span").textContent = layer.name;
      row.querySelector("label input").checked = layer === this.active;
      row.querySelector("em").textContent = layer.dirty ? this.say("changed") : "";
      const eye = row.querySelector("button");
      eye.setAttribute("aria-pressed", layer.shown);
      eye.setAttribute("aria-label", this.say("show", { name: layer.name }));
      eye.title = this.say("show", { name: layer.name });
    }
    const many = this.dirty().length, active = this.active;
    this.find(".origin").textContent = active.keptBy || this.say(active.model ? "origin.model" : "origin.nothing");
    this.find("[data-do=model]").disabled = !active.model;
    this.find("[data-do=undo]").disabled = !this.done.length;
    this.find("[data-do=redo]").disabled = !this.undone.length;
    this.find("[data-do=right]").disabled = active.dirty || Boolean(this.waiting);
    const save = this.find("[data-do=save]");
    save.textContent = this.say(this.waiting ? "saving" : "save", { many });
    save.disabled = !many || Boolean(this.waiting);
  }

  row(layer) {
    const row = document.createElement("div");
    row.dataset.layer = layer.id;
    row.innerHTML = `<label><input type="radio"><i></i><span></span><em></em></label><button type="button" data-do="show"><i class="fs-icon mark" aria-hidden="true"></i></button>`;
    row.querySelector("i").style.background = layer.colour;
    row.querySelector("input").name = this.group;
    row.querySelector("input").value = layer.id;
    return row;
  }

  /* Strokes ---------------------------------------------------------------------------------- */

  begin(place, erases) {
    if (this.stroke) this.end();
    const layer = this.active, pen = this.surface(layer), side = Number(this.find(".brush").value);
    this.before ??= blank(this.data.width, this.data.height);
    const kept = this.before.getContext("2d");
    kept.globalCompositeOperation = "copy";
    kept.drawImage(layer.canvas, 0, 0);
    layer.shown = true;
    this.stroke = { layer, side, erases, last: place, box: [Infinity, Infinity, -Infinity, -Infinity] };
    Object.assign(pen, { lineCap: "round", lineJoin: "round", lineWidth: side, strokeStyle: layer.colour });
    this.extend(place);
  }

  extend(place) {
    const { layer, side, erases, last, box } = this.stroke, pen = layer.pen;
    pen.globalCompositeOperation = erases ? "destination-out" : "source-over";
    pen.beginPath(); pen.moveTo(last.x, last.y); pen.lineTo(place.x + 0.01, place.y); pen.stroke();
    for (const { x, y } of [last, place]) {
      box[0] = Math.min(box[0], x - side); box[1] = Math.min(box[1], y - side);
      box[2] = Math.max(box[2], x + side); box[3] = Math.max(box[3], y + side);
    }
    this.stroke.last = place;
    layer.ring = null;
    this.draw();
  }

  end() {
    const { layer, box } = this.stroke;
    this.stroke = null;
    const x = Math.max(0, Math.floor(box[0])), y = Math.max(0, Math.floor(box[1]));
    const width = Math.min(this.data.width, Math.ceil(box[2])) - x, height = Math.min(this.data.height, Math.ceil(box[3])) - y;
    if (width < 1 || height < 1) return;
    const seen = this.before.getContext("2d").getImageData(x, y, width, height);
    this.remember({ layer, x, y, before: seen, after: layer.pen.getImageData(x, y, width, height) });
  }

  remember(change) {
    this.done.push(change); this.undone = [];
    let bytes = 0;
    const most = this.done.findLastIndex((each) => (bytes += 2 * each.before.data.length) > UNDO_BYTES);
    this.done.splice(0, Math.min(most + 1, this.done.length - 1));
    this.changed(change.layer);
  }

  changed(layer) {
    layer.dirty = true; layer.edits++; layer.ring = null;
    this.showLayers(); this.draw();
    this.later();
  }

  later() {
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => this.draft(), QUIET_MS);
  }

  step(from, to, which) {
    const change = from.pop();
    if (!change) return;
    change.layer.pen.putImageData(change[which], change.x, change.y);
    if (change[`${which}Parent`] !== undefined) change.layer.parent = change[`${which}Parent`];
    to.push(change);
    this.active = change.layer;
    this.tell(this.say(which === "before" ? "undone" : "redone", { name: change.layer.name }));
    this.changed(change.layer);
  }

  /* The whole layer becomes another: the model's mask, or nothing. */
  async replace(mask, parent) {
    const layer = this.active, { width, height } = this.data, pen = this.surface(layer);
    const before = pen.getImageData(0, 0, width, height), beforeParent = layer.parent;
    if (mask) await this.fill(layer, mask); else pen.clearRect(0, 0, width, height);
    layer.parent = parent;
    this.remember({ layer, x: 0, y: 0, before, beforeParent, after: pen.getImageData(0, 0, width, height), afterParent: parent });
  }

  /* Telling the server ----------------------------------------------------------------------- */

  draft() {
    clearTimeout(this.quiet); this.quiet = null;
    if (this.waiting) return;
    this.tellServer("draft", { layers: Object.fromEntries(this.dirty().map((layer) => [layer.id, this.mask(layer)])) });
  }

  save(layers) {
    if (!layers.length || this.waiting) return;
    clearTimeout(this.quiet); this.quiet = null;
    this.waiting = `${Date.now()}-${Math.random()}`;
    this.patience = setTimeout(() => { this.waiting = null; this.tell(this.say("no_answer"), true); this.showLayers(); }, ANSWER_MS);
    this.tell(this.say("saving"));
    this.showLayers();
    for (const layer of layers) layer.sent = layer.edits;
    this.tellServer("save", { serial: this.waiting, layers: Object.fromEntries(layers.map((layer) => [layer.id, this.mask(layer)])) });
  }

  tool() { return this.find(".tool input:checked").value; }

  close() {
    this.watch.disconnect();
    removeEventListener("beforeunload", this.leaving);
    clearTimeout(this.quiet); clearTimeout(this.patience);
  }
}
