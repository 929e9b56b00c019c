/* Pictures that are looked at closely: zoom and pan within their frame, and the slider between a
   photograph and a simulated visit. One listener each for the whole page, put there once: what the
   page draws anew is found by its class. Nothing leaves the browser. */
(() => {
  if (window.foreseyeLooking) return;
  window.foreseyeLooking = true;
  const MOST = 8, STEP = 1.5;
  const LOOK = "[class*='st-key-look-']";
  const states = new WeakMap();
  const stateOf = (frame) => {
    if (!states.has(frame)) states.set(frame, { zoom: 1, x: 0, y: 0 });
    return states.get(frame);
  };
  const put = (frame) => {
    const state = stateOf(frame);
    const box = frame.getBoundingClientRect();
    // The picture never leaves its frame.
    const most = (side) => (side * (state.zoom - 1)) / 2;
    state.x = Math.max(-most(box.width), Math.min(most(box.width), state.x));
    state.y = Math.max(-most(box.height), Math.min(most(box.height), state.y));
    frame.style.setProperty("--look-zoom", state.zoom);
    frame.style.setProperty("--look-x", `${state.x}px`);
    frame.style.setProperty("--look-y", `${state.y}px`);
    frame.classList.toggle("fs-looking", state.zoom > 1);
  };
  const zoom = (frame, factor, at) => {
    const state = stateOf(frame);
    const before = state.zoom;
    state.zoom = Math.max(1, Math.min(MOST, before * factor));
    const box = frame.getBoundingClientRect();
    // What lies under the pointer stays under it.
    const from = at ? [at.clientX - box.left - box.width / 2, at.clientY - box.top - box.height / 2] : [0, 0];
    const grown = state.zoom / before;
    state.x = from[0] - (from[0] - state.x) * grown;
    state.y = from[1] - (from[1] - state.y) * grown;
    put(frame);
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(".fs-zoom");
    if (!button) return;
    const frame = document.querySelector(`.st-key-${button.dataset.frame}`);
    if (!frame) return;
    if (button.dataset.zoom === "whole") zoom(frame, 0);
    else zoom(frame, button.dataset.zoom === "in" ? STEP : 1 / STEP);
  });
  const ARROWS = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
  document.addEventListener("keydown", (event) => {
    const button = event.target.closest?.(".fs-zoom");
    const frame = button && document.querySelector(`.st-key-${button.dataset.frame}`);
    if (!frame || !ARROWS[event.key]) return;
    event.preventDefault();
    stateOf(frame).x += ARROWS[event.key][0];
    stateOf(frame).y += ARROWS[event.key][1];
    put(frame);
  });
  document.addEventListener("dblclick", (event) => {
    const frame = event.target.closest?.(LOOK);
    if (frame) zoom(frame, stateOf(frame).zoom > 1 ? 0 : 3, event);
  });
  document.addEventListener("wheel", (event) => {
    const frame = event.target.closest?.(LOOK);
    // The page scrolls as it always does until somebody looks closer.
    if (!frame || (stateOf(frame).zoom === 1 && !event.ctrlKey)) return;
    event.preventDefault();
    zoom(frame, event.deltaY < 0 ? 1.2 : 1 / 1.2, event);
  }, { passive: false });
  let held = null;
  document.addEventListener("pointerdown", (event) => {
    const frame = event.target.closest?.(LOOK);
    if (!frame || event.target.closest("button") || stateOf(frame).zoom === 1) return;
    held = { frame, x: event.clientX, y: event.clientY };
    event.preventDefault();
  });
  document.addEventListener("pointermove", (event) => {
    if (!held) return;
    const state = stateOf(held.frame);
    state.x += event.clientX - held.x;
    state.y += event.clientY - held.y;
    held.x = event.clientX;
    held.y = event.clientY;
    put(held.frame);
  });
  for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => { held = null; });
  document.addEventListener("dragstart", (event) => { if (event.target.closest?.(LOOK)) event.preventDefault(); });
  // The slider: how much of the photograph is uncovered, in percent.
  document.addEventListener("input", (event) => {
    const slider = event.target.closest?.(".fs-compare input");
    if (slider) slider.closest(".fs-compare").style.setProperty("--at", `${slider.value}%`);
  });
})();
