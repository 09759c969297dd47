'use strict'

// Puts a decision's headers on a response, in every host, and does exactly the same as the engine's
// `Decision::apply_to`. The vectors in `tests/vectors/apply` test both.

const { headerValue } = require('./response-template.js')
const { mergeVary } = require('./vary.js')

/**
 * The headers of a host's response. Names are compared without regard to case.
 *
 * @typedef {object} ResponseHeaders
 * @property {(name: string) => string | string[] | undefined} get the value, or those of several lines; undefined if there is
 *   no such header
 * @property {(name: string, value: string) => void} set replaces all lines
 * @property {(name: string, value: string) => void} append adds a line
 * @property {(name: string) => void} remove removes all lines
 */

/**
 * @param {import('./response-template.js').ResponseTemplate} template
 * @param {import('../request/request-fields.js').CorsFields} fields the values that headers repeat
 * @param {ResponseHeaders} headers
 * @param {import('../decide/reports.js').Reports} reports gets the headers of the application that are replaced
 */
function applyTemplate (template, fields, headers, reports) {
  for (const name of template.removed) {
    if (headers.get(name) === undefined) continue
    if (!template.responds) reports.headerReplaced(name)
    headers.remove(name)
  }
  // If the application has set one of the headers that it may keep, corsac leaves out its own value, and the headers
  // that it would set after this one, so that credentials are never allowed for an origin that the policy did not
  // decide on.
  let applicationWins = false
  for (const { name, value: inTemplate, op } of template.headers) {
    const before = headers.get(name)
    const value = headerValue(inTemplate, fields)
    if (op === 'default') {
      applicationWins ||= before !== undefined
      if (applicationWins) continue
    }
    if (before === undefined) {
      setLines(headers, name, value)
    } else if (op === 'merge') {
      headers.set(name, mergeVary(before, value))
    } else {
      if (!template.responds && String(before) !== String(value)) reports.headerReplaced(name)
      setLines(headers, name, value)
    }
  }
}

function setLines (headers, name, value) {
  if (typeof value === 'string') return headers.set(name, value)
  const [first, ...more] = value
  headers.set(name, first)
  for (const line of more) headers.append(name, line)
}

module.exports = { applyTemplate }
