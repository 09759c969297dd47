'use strict'

// A request's headers in any of the forms in which Node and the web platform have them.

/**
 * @param {import('..').RequestHeaders | null | undefined} headers
 * @returns {string[]} names and values of the lines in turn
 */
function lines (headers) {
  const out = []
  if (headers === undefined || headers === null) return out
  if (typeof headers !== 'object') throw invalid()
  if (typeof headers[Symbol.iterator] === 'function') {
    for (const pair of headers) {
      if (typeof pair !== 'object' || pair === null) throw invalid()
      const [name, value] = pair
      add(out, name, value)
    }
  } else {
    for (const name of Object.keys(headers)) add(out, name, headers[name])
  }
  return out
}

function add (out, name, value) {
  if (typeof name !== 'string') throw invalid()
  if (value === undefined) return
  for (const line of Array.isArray(value) ? value : [value]) {
    if (typeof line !== 'string') throw new TypeError(`corsac: the header \`${name}\` has a value that is no string`)
    out.push(name, line)
  }
}

function invalid () {
  return new TypeError('corsac: `headers` takes an object, or [name, value] pairs, of strings')
}

module.exports = { lines }
