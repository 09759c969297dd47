// Makes elements. Texts become text nodes, so that pasted text is never read as HTML.

/**
 * @param {string} name
 * @param {Record<string, unknown>} [attributes] functions are listeners; false and undefined leave an attribute out
 * @param {...(Node | string | undefined | false)} children
 */
export function element (name, attributes = {}, ...children) {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(key, value)
    else if (value !== undefined && value !== false) made.setAttribute(key, value === true ? '' : String(value))
  }
  made.append(...children.filter((child) => child !== undefined && child !== false))
  return made
}

/** A sentence of the engine, whose code is between backticks. */
export function prose (text) {
  const parts = sentence(text).split('`')
  return parts.map((part, index) => index % 2 === 1 ? element('code', {}, part) : part).filter((part) => part !== '')
}

/** The sentence with a capital letter at its beginning, unless it begins with code. */
export function sentence (text) {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

/** A text for people, cut if it is very long. */
export function shorten (text, most = 2000) {
  return text.length > most ? `${text.slice(0, most)}…` : text
}

/** @returns {HTMLElement} */
export function byId (id) {
  return document.getElementById(id)
}
