'use strict'

// Reads a request's headers in any of the forms in which Node and the web platform have them.

/**
 * @param {import('../..').RequestHeaders | null | undefined} headers
 * @returns {string[]} the name and the value of each line, alternating
 */
function headerLines (headers) {
  const lines = []
  if (headers === undefined || headers === null) return lines
  if (typeof headers !== 'object') throw invalidHeaders()
  if (typeof headers[Symbol.iterator] === 'function') {
    for (const pair of headers) {
      if (typeof pair !== 'object' || pair === null) throw invalidHeaders()
      const [name, value] = pair
      addLines(lines, name, value)
    }
  } else {
    for (const name of Object.keys(headers)) addLines(lines, name, headers[name])
  }
  return lines
}

function addLines (lines, name, value) {
  if (typeof name !== 'string') throw invalidHeaders()
  if (value === undefined) return
  for (const line of Array.isArray(value) ? value : [value]) {
    if (typeof line !== 'string') throw new TypeError(`corsac: the header \`${name}\` has a value that is not a string`)
    lines.push(name, line)
  }
}

function invalidHeaders () {
  return new TypeError('corsac: `headers` takes an object of strings, or [name, value] pairs of strings')
}

module.exports = { headerLines }
