'use strict'

// A policy as the engine compiled it, with names for what the engine encodes.

const engine = require('../engine.js')
const { ConfigError } = require('./config-error.js')

/** The index that says that the whole policy's predicate has to be asked; that of the route n is `ASK - 1 - n`. */
const ASK = -1

/** A predicate's answer, as the engine takes it. */
const PREDICATE_ANSWERS = { DENY: 0, ALLOW: 1, FAILED: 2 }

/** Added to a predicate's answer: the predicate was asked before everything was forgotten, so its answer is not remembered. */
const NOT_REMEMBERED = 4

/** Added to `FAILED`: the host answers the request with its own error response. */
const ERROR_RESPONSE = 8

/** What a host knows of a request beside its headers, as bits. */
const REQUEST_FLAGS = { SECURE: 1, WEBSOCKET: 2, PATH_DECODED: 4 }

/** The fields of a request whose value a header of a template may repeat, by the engine's numbers. */
const REPEATED_FIELDS = { ORIGIN: 0, REQUEST_METHOD: 1, REQUEST_HEADERS: 2 }

/**
 * One response of a policy, without the values of the request that it repeats.
 *
 * @typedef {object} Template
 * @property {'continue' | 'respond'} action
 * @property {boolean} responds whether the application does not run
 * @property {number | null} status
 * @property {string} reason
 * @property {string} help what to change if the refusal was not meant; empty where nothing is refused
 * @property {string | null} reported the refusal that is only reported
 * @property {string} reportedHelp
 * @property {boolean} isReadable whether the reason lets the page read the response
 * @property {string} body
 * @property {[name: string, value: string | number, op: 'set' | 'add' | 'merge' | 'remove' | 'default'][]} headers a
 *   value that is a number is one of `REPEATED_FIELDS`
 * @property {string[]} removed the application's headers that are removed and not set again
 * @property {string} serverTiming the value of the header that says why, while the server is developed
 */

/**
 * Arguments of the engine's functions are undefined where the request has no such value. Those that decide return the index
 * of a template, or an index at or below `ASK`. `predicateAnswer` is one of `PREDICATE_ANSWERS`.
 *
 * @typedef {object} CompiledPolicy
 * @property {(origin?: string, path?: string, predicateAnswer?: number) => number} decide for any method but that of preflights,
 *   without protection
 * @property {(origin?: string, method?: string, headers?: string, privateNetwork?: string, path?: string, predicateAnswer?: number) => number} decidePreflight
 *   for the method of preflights, whether or not the request is one
 * @property {(method: string, flags: number, origin?: string, path?: string, host?: string, site?: string, upgrade?: string, key?: string, predicateAnswer?: number) => number} decideProtected
 *   the same as `decide`, with protection; `flags` are of `REQUEST_FLAGS`
 * @property {(method: string, lines: string[], path: string | undefined, flags: number, predicateAnswer?: number) => string} evaluate
 *   a whole decision, as JSON; or, where a predicate has to be asked, the number of its route (null for the whole policy's)
 *   and the origin
 * @property {(format: 'json' | 'encoded', text: Uint8Array) => string} explain an exchange
 * @property {(index: number, method: string, lines: string[], path: string) => string | null} debugDecision the block to print about a
 *   decision while the server is developed; null if there is nothing new
 * @property {(index: number, method: string, lines: string[], path: string, status: number, headers: string[]) => string | null} debugResponse
 *   the same about the headers of a response
 * @property {() => void} forgetAnswers forgets what predicates answered
 * @property {(index: number) => Template} template
 * @property {import('../response/response-template.js').ResponseTemplate[]} responseTemplates those that were needed so far
 * @property {import('../response/response-template.js').ResponseTemplate} [withoutOrigin] that of requests without `Origin`, once it was
 *   needed, where decisions depend on the headers of CORS alone
 * @property {import('../response/response-template.js').ResponseTemplate} [preflightWithoutOrigin]
 * @property {import('../..').Issue[]} lints
 * @property {boolean} hasPredicate whether a predicate has to be asked, in some route at least
 * @property {boolean} hasRoutes whether decisions depend on the path
 * @property {boolean} hasProtection whether decisions depend on more than the headers of CORS
 * @property {boolean} guardsWebSockets whether WebSocket handshakes are judged, in some route at least
 */

/**
 * What is known of a policy beside its text.
 *
 * @typedef {object} TextSupplement
 * @property {boolean} [hasPredicate] whether there is a function to ask that the text does not mention
 * @property {{ size: number, ttl: number }} [cache] of the answers of functions
 */

/**
 * @param {Parameters<typeof engine.compile>[0]} format
 * @param {string | Uint8Array} text
 * @param {TextSupplement} [supplement]
 * @returns {CompiledPolicy}
 */
function compile (format, text, { hasPredicate = false, cache } = {}) {
  return decoded(engine.compile(format, text, hasPredicate, cache))
}

/**
 * Decodes what the engine returns for a policy, or throws the reason why there is none.
 *
 * @param {import('../engine.js').EnginePolicy} returned
 * @returns {CompiledPolicy}
 */
function decoded ({ facts, template, ...functions }) {
  // An own property: one of that name on `Object.prototype` says nothing.
  if (Object.hasOwn(functions, 'error')) {
    const [message, issues] = JSON.parse(functions.error)
    throw new ConfigError(message, issues.map(issueOf))
  }
  const [lints, hasPredicate, hasRoutes, hasProtection, guardsWebSockets] = JSON.parse(facts)
  return {
    ...functions,
    template: (index) => templateOf(JSON.parse(template(index))),
    responseTemplates: [],
    withoutOrigin: undefined,
    preflightWithoutOrigin: undefined,
    lints: lints.map(issueOf),
    hasPredicate,
    hasRoutes,
    hasProtection,
    guardsWebSockets
  }
}

function issueOf ([code, severity, field, value, message, help, line]) {
  return { code, severity, field, value, message, help, line }
}

/** @returns {Template} */
function templateOf ([action, responds, status, [reason, help, isReadable], report, body, headers, removed, serverTiming]) {
  const [reported, reportedHelp] = report ?? [null, '']
  return { action, responds, status, reason, help, reported, reportedHelp, isReadable, body, headers: headers.map(headerOf), removed, serverTiming }
}

function headerOf ([name, text, repeatedField, op]) {
  const value = text ?? repeatedField
  // This cannot happen between an engine and a package of one version.
  if (value === null || op === 'unknown') throw new Error(`corsac: the addon says of \`${name}\` what the package cannot read`)
  return [name, value, op]
}

module.exports = { ASK, ERROR_RESPONSE, NOT_REMEMBERED, PREDICATE_ANSWERS, REPEATED_FIELDS, REQUEST_FLAGS, compile, decoded }
