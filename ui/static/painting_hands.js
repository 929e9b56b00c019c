/* Hands: pointers (mouse, pen, finger, two fingers), keys and buttons. */
const TOOL_OF = { b: "paint", e: "erase", m: "move" };
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

Object.assign(Painter.prototype, {
  listen() {
    this.group = `fs-layer-${Math.random().toString(36).slice(2)}`;
    for (const input of this.root.querySelectorAll(".tool input")) input.name = `${this.group}-tool`;
    const { canvas, root } = this;
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, (event) => this.up(event));
    canvas.addEventListener("pointerleave", () => { if (!this.cross?.keys && this.cross) { this.cross.shown = false; this.draw(); } });
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
    canvas.addEventListener("wheel", (event) => {
      // The page scrolls as it always does until somebody looks closer.
      if (this.view.zoom === 1 && !event.ctrlKey) return;
      event.preventDefault();
      this.zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2, { x: event.offsetX, y: event.offsetY });
    }, { passive: false });
    canvas.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("blur", () => { if (this.stroke && !this.pointers.size) this.end(); });
    root.addEventListener("click", (event) => { const button = event.target.closest("[data-do]"); if (button) this.press(button); });
    root.addEventListener("input", () => { this.words(); this.draw(); });
    root.addEventListener("change", (event) => {
      const layer = event.target.closest("[data-layer]");
      if (layer) { this.active = this.layers.get(layer.dataset.layer); this.active.shown = true; this.showLayers(); this.draw(); }
    });
    // Before another part of the page is touched the server has what was painted.
    root.addEventListener("pointerleave", () => { if (this.quiet && !this.stroke) this.draft(); });
  },

  spend() {
    const now = performance.now(), passed = now - (this.touched ?? now);
    this.touched = now;
    if (this.active && passed < IDLE_MS) this.active.spent_ms += passed;
  },

  down(event) {
    if (!this.active) return;
    event.preventDefault();
    this.spend();
    this.canvas.focus({ preventScroll: true });
    this.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, event);
    if (this.pointers.size > 1) { this.forget(); return; }
    if (this.tool() === "move" || event.button === 1) return;
    this.cross = { ...this.place(event), shown: event.pointerType === "mouse", keys: false };
    this.begin(this.place(event), this.tool() === "erase" || Boolean(event.buttons & 32));
  },

  move(event) {
    if (!this.active) return;
    const before = this.pointers.get(event.pointerId);
    if (event.pointerType === "mouse") { this.cross = { ...this.place(event), shown: true, keys: false }; this.draw(); }
    if (!before) return;
    this.spend();
    if (this.pointers.size > 1) this.pinch(event, before);
    else if (this.stroke) for (const each of event.getCoalescedEvents?.() ?? [event]) this.extend(this.place(each));
    else this.pan(event.clientX - before.clientX, event.clientY - before.clientY);
    this.pointers.set(event.pointerId, event);
  },

  up(event) {
    this.pointers.delete(event.pointerId);
    if (this.stroke && !this.pointers.size) this.end();
  },

  pan(dx, dy) { this.view.x += dx; this.view.y += dy; this.draw(); },

  pinch(event, before) {
    const other = [...this.pointers.values()].find((each) => each.pointerId !== event.pointerId);
    const apart = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
    const box = this.canvas.getBoundingClientRect();
    const between = { x: (event.clientX + other.clientX) / 2 - box.left, y: (event.clientY + other.clientY) / 2 - box.top };
    this.pan((event.clientX - before.clientX) / 2, (event.clientY - before.clientY) / 2);
    this.zoom(apart(event) / Math.max(apart(before), 1), between);
  },

  /* A second finger: what the first one painted was the beginning of a pinch. */
  forget() {
    if (!this.stroke) return;
    const pen = this.stroke.layer.pen;
    pen.globalCompositeOperation = "copy";
    pen.drawImage(this.before, 0, 0);
    pen.globalCompositeOperation = "source-over";
    this.stroke.layer.ring = null;
    this.stroke = null;
    this.draw();
  },

  key(event) {
    if (!this.active) return;
    const name = event.key, side = this.find(".brush"), ctrl = event.ctrlKey || event.metaKey;
    if (name !== "Tab") this.spend();
    if (ctrl && name.toLowerCase() === "z") this.press(this.find(event.shiftKey ? "[data-do=redo]" : "[data-do=undo]"));
    else if (ctrl && name.toLowerCase() === "y") this.press(this.find("[data-do=redo]"));
    else if (ctrl || event.altKey) return;
    else if (ARROWS[name]) this.arrow(ARROWS[name], event.shiftKey);
    else if (name === " " || name === "Enter") this.pen();
    else if (name === "Escape" && this.stroke) this.pen();
    else if (TOOL_OF[name.toLowerCase()]) this.choose(TOOL_OF[name.toLowerCase()]);
    else if (name === "[" || name === "]") { side.value = Number(side.value) + (name === "]" ? 2 : -2); this.words(); this.draw(); }
    else if (name === "+" || name === "=") this.zoom(STEP);
    else if (name === "-") this.zoom(1 / STEP);
    else if (name === "0") this.zoom(0);
    else return;
    event.preventDefault();
  },

  choose(tool) {
    const input = this.find(`.tool input[value=${tool}]`);
    if (this.stroke) this.end();
    input.checked = true;
    this.tell(input.nextElementSibling.textContent);
    this.draw();
  },

  arrow([dx, dy], far) {
    const { width, height } = this.data;
    if (this.tool() === "move") { this.pan(-60 * dx, -60 * dy); return; }
    const step = Math.max(2, Number(this.find(".brush").value) / 2) * (far ? 6 : 1);
    const within = (at, most) => Math.max(0, Math.min(most, at));
    this.cross = { x: within(this.cross.x + dx * step, width), y: within(this.cross.y + dy * step, height), shown: true, keys: true };
    if (this.stroke) this.extend(this.cross);
    this.reach();
    this.draw();
  },

  /* The keys' place never leaves the frame. */
  reach() {
    const { clientWidth: width, clientHeight: height } = this.canvas, scale = this.scale(), edge = 40;
    const x = this.cross.x * scale + this.view.x, y = this.cross.y * scale + this.view.y;
    this.view.x += Math.max(0, edge - x) - Math.max(0, x - (width - edge));
    this.view.y += Math.max(0, edge - y) - Math.max(0, y - (height - edge));
  },

  /* Down and up by the same key: nothing has to be held. */
  pen() {
    if (this.tool() === "move") return;
    this.cross = { ...this.cross, shown: true, keys: true };
    const { x, y } = this.cross;
    if (this.stroke) { this.end(); this.tell(this.say("pen_up", { name: this.active.name })); }
    else { this.begin({ x, y }, this.tool() === "erase"); this.tell(this.say("pen_down", { name: this.active.name })); }
  },

  press(button) {
    if (!this.active || button.disabled) return;
    const what = button.dataset.do;
    if (this.stroke) this.end();
    this.spend();
    if (what === "undo") this.step(this.done, this.undone, "before");
    else if (what === "redo") this.step(this.undone, this.done, "after");
    else if (what === "in") this.zoom(STEP);
    else if (what === "out") this.zoom(1 / STEP);
    else if (what === "whole") this.zoom(0);
    else if (what === "model") this.replace(this.active.model, this.active.modelId);
    else if (what === "clear") this.replace(null, this.active.parent);
    else if (what === "right") this.save([this.active]);
    else if (what === "save") this.save(this.dirty());
    else if (what === "show") {
      const layer = this.layers.get(button.closest("[data-layer]").dataset.layer);
      layer.shown = !layer.shown;
      this.showLayers(); this.draw();
    }
  },
});

function blank(width, height) { return Object.assign(document.createElement("canvas"), { width, height }); }

async function picture(source) {
  const image = new Image();
  image.src = source;
  await image.decode();
  return image;
}

export default function (component) {
  const root = component.parentElement.querySelector(".fs-painter");
  root.painter ??= new Painter(root);
  root.painter.take(component.data, component.setTriggerValue);
  return () => { root.painter?.close(); root.painter = null; };
}
