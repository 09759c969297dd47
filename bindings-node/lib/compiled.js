'use strict'

// A policy as the addon compiled it, in the shape in which requests are served from it.

const { addon } = require('./native.js')
const { ConfigError } = require('./error.js')

/** The index where the whole policy's predicate has to be asked; that of the route n is `ASK - 1 - n`. */
const ASK = -1

/** What a predicate said, as the addon's functions take it. */
const SAID = { DENY: 0, ALLOW: 1, FAILED: 2 }

/** Beside one of `SAID`: it was asked before everything was forgotten, so that it is not remembered. */
const STALE = 4

/** What a host knows of a request beside its headers, as bits. */
const FLAGS = { SECURE: 1, WEBSOCKET: 2, PATH_DECODED: 4 }

/** The pieces of a request that a slot's value may stand for, by its number. */
const PIECES = { ORIGIN: 0, REQUEST_METHOD: 1, REQUEST_HEADERS: 2 }

/**
 * @typedef {object} Shape one answer of a policy, but for the pieces of the request in it
 * @property {'continue' | 'respond'} action
 * @property {number | null} status
 * @property {string} reason
 * @property {string} help what to change if that was not meant; empty where nothing is refused
 * @property {string | null} reported the refusal that is let pass
 * @property {string} reportedHelp
 * @property {string} body
 * @property {[name: string, value: string | number, op: 'set' | 'add' | 'merge' | 'remove' | 'default'][]} slots a
 *   value that is a number is one of `PIECES`
 * @property {string[]} removed the application's headers that come off and are not set anew
 */

/**
 * What the addon's functions take is undefined where the request has no such thing, and they give the index of a
 * shape, or one at or below `ASK`. `said` is what the predicate answered, one of `SAID`.
 *
 * @typedef {object} Compiled
 * @property {(origin?: string, path?: string, said?: number) => number} decide for any method but OPTIONS, without
 *   protection
 * @property {(origin?: string, method?: string, headers?: string, privateNetwork?: string, path?: string, said?: number) => number} decidePreflight
 *   for OPTIONS, preflight or not
 * @property {(method: string, flags: number, origin?: string, path?: string, host?: string, site?: string, upgrade?: string, key?: string, said?: number) => number} judge
 *   as `decide`, with protection; `flags` of `FLAGS`
 * @property {(method: string, lines: string[], path: string | undefined, flags: number, said?: number) => string} evaluate
 *   a whole decision, as JSON; or the number of the route whose predicate has to be asked, null for the whole policy's
 * @property {() => void} forget what predicates answered
 * @property {(index: number) => Shape} shape
 * @property {import('./answers.js').Answer[]} answers what has been made of the shapes that were asked for
 * @property {import('..').Issue[]} lints
 * @property {boolean} predicate whether a predicate has to be asked, somewhere
 * @property {boolean} routes whether decisions depend on the path
 * @property {boolean} protection whether they depend on more than the headers of CORS
 * @property {boolean} websockets whether WebSocket handshakes are judged, somewhere
 */

/**
 * @typedef {object} Beside what is said of a policy beside its text
 * @property {boolean} [predicate] whether there is a function to ask that the text does not mention
 * @property {{ size: number, ttl: number }} [cache] of what functions answer
 */

/**
 * @param {'options' | 'middleware' | 'json' | 'toml'} format
 * @param {Uint8Array} text
 * @param {Beside} [beside]
 * @returns {Compiled}
 */
function compile (format, text, { predicate = false, cache } = {}) {
  const buffer = Buffer.from(text.buffer, text.byteOffset, text.byteLength)
  return received(addon.compile(format, buffer, predicate, cache?.size, cache?.ttl))
}

/**
 * What the addon gives of a policy, or throws why there is none.
 *
 * @returns {Compiled}
 */
function received ({ table, shape: row, ...functions }) {
  // Its own: a property of that name on `Object.prototype` says nothing.
  if (Object.hasOwn(functions, 'error')) {
    const [message, issues] = JSON.parse(functions.error)
    throw new ConfigError(message, issues.map(issue))
  }
  const [lints, predicate, routes, protection, websockets] = JSON.parse(table)
  return {
    ...functions, shape: (index) => shape(JSON.parse(row(index))), answers: [], lints: lints.map(issue), predicate, routes, protection, websockets
  }
}

function issue ([code, severity, field, value, message, help, line]) {
  return { code, severity, field, value, message, help, line }
}

function shape ([action, status, [reason, help], report, body, slots, removed]) {
  const [reported, reportedHelp] = report ?? [null, '']
  return { action, status, reason, help, reported, reportedHelp, body, slots: slots.map(slot), removed }
}

function slot ([name, text, piece, op]) {
  const value = text ?? piece
  // An addon that knows more than this file does not come with this version.
  if (value === null || op === 'unknown') throw new Error(`corsac: the addon says of \`${name}\` what the package cannot read`)
  return [name, value, op]
}

module.exports = { ASK, FLAGS, PIECES, SAID, STALE, compile, received }
