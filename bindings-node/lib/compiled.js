'use strict'

// A policy as the addon compiled it, in the shape in which requests are served from it.

const { addon } = require('./native.js')
const { ConfigError } = require('./error.js')

/** The answer of `decide` and `decidePreflight` where the policy's predicate has to be asked. */
const ASK = -1

/** What a predicate said, as `resolve` and `resolvePreflight` take it. */
const SAID = { DENY: 0, ALLOW: 1, FAILED: 2 }

/** The pieces of a request that a slot's value may stand for, by its number. */
const PIECES = { ORIGIN: 0, REQUEST_METHOD: 1, REQUEST_HEADERS: 2 }

/**
 * @typedef {object} Shape one answer of a policy, but for the pieces of the request in it
 * @property {'continue' | 'respond'} action
 * @property {number | null} status
 * @property {string} reason
 * @property {string} body
 * @property {[name: string, value: string | number, op: 'set' | 'add' | 'merge' | 'remove' | 'default'][]} slots a
 *   value that is a number is one of `PIECES`
 * @property {string[]} removed the application's headers that come off and are not set anew
 */

/**
 * @typedef {object} Compiled
 * @property {(origin: string | undefined) => number} decide for any method but OPTIONS: the index of a shape, or `ASK`
 * @property {(origin?: string, method?: string, headers?: string, privateNetwork?: string) => number} decidePreflight
 *   the same for OPTIONS, preflight or not
 * @property {(said: number, origin: string) => number} resolve `decide` with the predicate's answer, one of `SAID`
 * @property {(said: number, origin?: string, method?: string, headers?: string, privateNetwork?: string) => number} resolvePreflight
 *   the same for OPTIONS
 * @property {(method: string, path: string | undefined, lines: string[]) => string} evaluate a whole decision, as JSON
 * @property {Shape[]} shapes
 * @property {import('..').Issue[]} lints
 * @property {boolean} predicate whether `ASK` can be an answer
 * @property {number} plain the answer without Origin to any method but OPTIONS, for which nothing has to be asked
 * @property {number} options the answer without Origin to OPTIONS
 */

/**
 * @param {'options' | 'middleware' | 'json' | 'toml' | 'file'} format
 * @param {Uint8Array} text
 * @param {string} [name] the file's
 * @param {boolean} [predicate] whether there is a function to ask that the text does not mention
 * @returns {Compiled}
 */
function compile (format, text, name, predicate = false) {
  const buffer = Buffer.from(text.buffer, text.byteOffset, text.byteLength)
  const { table, ...functions } = addon.compile(format, buffer, name, predicate)
  // Its own: a property of that name on `Object.prototype` says nothing.
  if (Object.hasOwn(functions, 'error')) {
    const [message, issues] = JSON.parse(functions.error)
    throw new ConfigError(message, issues.map(issue))
  }
  const [shapes, lints, asks] = JSON.parse(table)
  return {
    ...functions,
    shapes: shapes.map(shape),
    lints: lints.map(issue),
    predicate: asks,
    plain: functions.decide(undefined),
    options: functions.decidePreflight()
  }
}

function issue ([code, severity, field, value, message, help]) {
  return { code, severity, field, value, message, help }
}

function shape ([action, status, reason, body, slots, removed]) {
  return { action, status, reason, body, slots: slots.map(slot), removed }
}

function slot ([name, text, piece, op]) {
  const value = text ?? piece
  // An addon that knows more than this file does not come with this version.
  if (value === null || op === 'unknown') throw new Error(`corsac: the addon says of \`${name}\` what the package cannot read`)
  return [name, value, op]
}

/**
 * The headers of an answer.
 *
 * @param {Shape} shape
 * @param {(string | undefined)[]} pieces of the request, by the numbers in `PIECES`
 * @returns {[string, string][]}
 */
function headers (shape, pieces) {
  return shape.slots.map(([name, value]) => [name, typeof value === 'number' ? pieces[value] : value])
}

module.exports = { ASK, PIECES, SAID, compile, headers }
