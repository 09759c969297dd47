// An element with attributes and children; children that are false, null or empty are left out.
export function make(name, attributes, ...children) {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) element.setAttribute(key, value)
  element.append(...children.filter((child) => child !== false && child !== null && child !== undefined && child !== ''))
  return element
}

export const outcomeClass = (outcome) => (outcome === 'hidden' ? 'hidden-header' : outcome)
