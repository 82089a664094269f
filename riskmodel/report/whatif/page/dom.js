// Elements: text is always text, whatever a folder's names hold.

/** @typedef {Record<string, any>} Attributes Names with `on` are listeners; others as in HTML. */

/**
 * An element with its attributes and what is in it.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} kind
 * @param {Attributes} [attributes]
 * @param {...(Node | string)} inside
 * @returns {HTMLElementTagNameMap[K]}
 */
export function element(kind, attributes = {}, ...inside) {
  const made = document.createElement(kind);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null) made.setAttribute(name, String(value));
  }
  made.append(...inside);
  return made;
}

/**
 * A box for a number, and a line that says so where a number is beyond its limits; none such is taken.
 * @param {Attributes & {min: number, max: number}} attributes
 * @param {(value: number) => void} take
 * @returns {{box: HTMLInputElement, wrong: HTMLElement}}
 */
export function numberBox(attributes, take) {
  const { min, max } = attributes;
  const limits = [min, max].map((one) => Number(one.toFixed(1))).join(" to ");
  const wrong = element("p", { class: "problem", role: "alert" });
  const box = element("input", { type: "number", step: "any", ...attributes });
  box.addEventListener("input", () => {
    const fits = box.value !== "" && box.checkValidity();
    wrong.textContent = fits ? "" : `A number from ${limits}: the answers are still those of the last one.`;
    if (fits) take(Number(box.value));
  });
  box.addEventListener("change", () => {
    if (box.value === "" || box.checkValidity()) return;
    const value = Math.min(Math.max(Number(box.value), min), max);
    box.value = String(value);
    wrong.textContent = `From ${limits}: set to ${Number(value.toFixed(1))}.`;
    take(value);
  });
  return { box, wrong };
}

/**
 * A list to choose from.
 * @param {Attributes} attributes
 * @param {[string, string, boolean?][]} options value, text, and whether it cannot be chosen
 * @param {string} chosen
 * @returns {HTMLSelectElement}
 */
export function choice(attributes, options, chosen) {
  return element("select", attributes, ...options.map(([value, text, disabled = false]) => element("option", { value, disabled, selected: value === chosen }, text)));
}

/**
 * A table: the first column and the heading are headers, numbers stand right.
 * @param {string} caption
 * @param {string[]} headings
 * @param {string[][]} rows
 * @returns {HTMLElement}
 */
export function table(caption, headings, rows) {
  const cells = (/** @type {string[]} */ row) => row.map((text, place) =>
    (place ? element("td", {}, text) : element("th", { scope: "row" }, element("span", {}, text))));
  return element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    element("table", {}, element("caption", {}, caption),
      element("thead", {}, element("tr", {}, ...headings.map((text) => element("th", { scope: "col" }, text)))),
      element("tbody", {}, ...rows.map((row) => element("tr", {}, ...cells(row))))));
}

/**
 * An element of the page by its id.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}
