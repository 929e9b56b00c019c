/* Looking: where the photograph lies in its frame, and how it and the layers are drawn there. */
Object.assign(Painter.prototype, {
  scale() { return this.fit * this.view.zoom; },

  place(event) {
    const box = this.canvas.getBoundingClientRect(), scale = this.scale();
    return { x: (event.clientX - box.left - this.view.x) / scale, y: (event.clientY - box.top - this.view.y) / scale };
  },

  zoom(factor, at) {
    const { clientWidth: width, clientHeight: height } = this.canvas, before = this.view.zoom;
    this.view.zoom = Math.max(1, Math.min(MOST_ZOOM, before * factor));
    const from = at ?? { x: width / 2, y: height / 2 }, grown = this.view.zoom / before;
    this.view.x = from.x - (from.x - this.view.x) * grown;
    this.view.y = from.y - (from.y - this.view.y) * grown;
    this.draw();
  },

  settle() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    this.fit = Math.min(width / this.data.width, height / this.data.height);
    const within = (at, whole, frame) => whole <= frame ? (frame - whole) / 2 : Math.max(frame - whole, Math.min(0, at));
    this.view.x = within(this.view.x, this.data.width * this.scale(), width);
    this.view.y = within(this.view.y, this.data.height * this.scale(), height);
  },

  draw() {
    if (this.drawing || !this.photograph?.width) return;
    this.drawing = requestAnimationFrame(() => { this.drawing = null; this.drawNow(); });
  },

  drawNow() {
    const { canvas, data } = this, sharp = Math.min(devicePixelRatio, 2);
    const width = Math.round(canvas.clientWidth * sharp), height = Math.round(canvas.clientHeight * sharp);
    if (!width || !height) return;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    this.settle();
    const pen = canvas.getContext("2d"), scale = this.scale() * sharp;
    const put = (to, dx = 0, dy = 0) => to.setTransform(scale, 0, 0, scale, this.view.x * sharp + dx, this.view.y * sharp + dy);
    pen.setTransform(1, 0, 0, 1, 0, 0); pen.globalAlpha = 1;
    pen.clearRect(0, 0, width, height);
    put(pen);
    pen.imageSmoothingEnabled = scale < 4;
    pen.drawImage(this.find(".redfree").checked ? this.redFree() : this.photograph, 0, 0, data.width, data.height);
    const strength = this.find(".strength").value / 100;
    for (const layer of this.layers.values()) {
      if (!layer.shown || !layer.canvas || !strength) continue;
      put(pen);
      // A disc is seen through; its rim says where it ends.
      pen.globalAlpha = layer.outlined ? 0.22 * strength : strength;
      pen.drawImage(layer.canvas, 0, 0);
      if (!layer.outlined) continue;
      pen.setTransform(1, 0, 0, 1, 0, 0); pen.globalAlpha = Math.min(1, 1.3 * strength);
      pen.drawImage(this.ring(layer, width, height, put, sharp), 0, 0);
    }
    pen.globalAlpha = 1;
    this.drawCross(pen, put, scale, sharp);
  },

  ring(layer, width, height, put, sharp) {
    const where = `${width} ${height} ${this.view.zoom} ${this.view.x} ${this.view.y}`;
    if (layer.ring?.where === where) return layer.ring.canvas;
    const canvas = layer.ring?.canvas ?? blank(width, height), pen = canvas.getContext("2d"), wide = 2 * sharp;
    Object.assign(canvas, { width, height });
    for (let turn = 0; turn < 8; turn++) {
      put(pen, wide * Math.cos(turn * Math.PI / 4), wide * Math.sin(turn * Math.PI / 4));
      pen.drawImage(layer.canvas, 0, 0);
    }
    put(pen); pen.globalCompositeOperation = "destination-out";
    pen.drawImage(layer.canvas, 0, 0);
    layer.ring = { where, canvas };
    return canvas;
  },

  drawCross(pen, put, scale, sharp) {
    if (!this.cross.shown || this.tool() === "move") return;
    const side = Number(this.find(".brush").value), { x, y } = this.cross;
    put(pen);
    for (const [colour, wide] of [["#000", 3.5], ["#fff", 1.5]]) {
      Object.assign(pen, { strokeStyle: colour, lineWidth: wide * sharp / scale });
      pen.beginPath(); pen.arc(x, y, side / 2, 0, 2 * Math.PI); pen.stroke();
      const arm = 8 * sharp / scale, gap = side / 2 + 2 * sharp / scale;
      if (!this.cross.keys) continue;
      pen.beginPath();
      for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) { pen.moveTo(x + dx * gap, y + dy * gap); pen.lineTo(x + dx * (gap + arm), y + dy * (gap + arm)); }
      pen.stroke();
    }
  },

  redFree() {
    if (this.green) return this.green;
    const { width, height } = this.data, canvas = blank(width, height), pen = canvas.getContext("2d");
    pen.drawImage(this.photograph, 0, 0, width, height);
    const seen = pen.getImageData(0, 0, width, height), data = seen.data, counts = new Uint32Array(256);
    let within = 0;
    for (let i = 1; i < data.length; i += 4) if (data[i] > 12) { counts[data[i]]++; within++; }
    const at = (share) => { let sum = 0; for (let v = 0; v < 256; v++) { sum += counts[v]; if (sum >= share * within) return v; } return 255; };
    const low = at(0.01), high = Math.max(at(0.99), low + 1);
    for (let i = 0; i < data.length; i += 4) data[i] = data[i + 1] = data[i + 2] = data[i + 1] > 12 ? (data[i + 1] - low) / (high - low) * 235 + 20 : 0;
    pen.putImageData(seen, 0, 0);
    return this.green = canvas;
  },
});
