// Elements of the page. Texts go in as texts, never as HTML.

export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: { [name: string]: string } = {},
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  return made;
}

/** A button that sends its form. */
export function button(value: string, text: string, kind = ""): HTMLButtonElement {
  const made = element("button", { name: "go", value, ...(kind ? { class: kind } : {}) });
  made.textContent = text;
  return made;
}
