/* A typed date is taken once it is whole. Streamlit's date field takes it when the whole field is left, its
   calendar and its buttons too: neither the last digit nor Enter nor Tab does that. It does take a date that is
   pasted, at once and with the focus where it is, so what was typed is given to it as if pasted. */
(() => {
  if (window.foreseyeDates) return;
  window.foreseyeDates = true;
  const PAUSE_MS = 400;  // between two digits of a day: 1, then 12
  const FIELD = "[data-testid=stDateInputField]";
  let typedIn = null;
  let pause = 0;
  const whole = (field) => {
    const parts = {};
    for (const part of field.querySelectorAll("[role=spinbutton][data-type]")) {
      if (part.dataset.placeholder) return null;
      parts[part.dataset.type] = part.getAttribute("aria-valuenow");
    }
    const { year, month, day } = parts;
    if (!month || !day || !(Number(year) >= 1000)) return null;  // 196 is a year not yet whole
    return `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  };
  const take = () => {
    clearTimeout(pause);
    const date = typedIn?.isConnected ? whole(typedIn) : null;
    if (!date) return;
    const pasted = new Event("paste", { bubbles: true, cancelable: true });
    Object.defineProperty(pasted, "clipboardData", { value: { getData: () => date } });
    typedIn.querySelector("[role=spinbutton][data-type=year]").dispatchEvent(pasted);
    typedIn = null;
  };
  const typing = (event) => {
    const field = event.target.closest?.(FIELD);
    if (!field || (event.key && !/^(\d|Arrow.*|Page.*|Home|End)$/.test(event.key))) return;
    typedIn = field;
    clearTimeout(pause);
    pause = setTimeout(take, PAUSE_MS);
  };
  for (const kind of ["keydown", "beforeinput", "input"]) document.addEventListener(kind, typing, true);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === "Tab") take();
  }, true);
  // Before the button that is pressed hears of it.
  document.addEventListener("pointerdown", take, true);
})();
