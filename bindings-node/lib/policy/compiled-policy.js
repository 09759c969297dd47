'use strict'

// A policy as the engine compiled it, with names for the members that the engine encodes.

const engine = require('../engine.js')
const { ConfigError } = require('./config-error.js')

/**
 * The index that means that the predicate of the whole policy has to be asked. For the predicate of route n, it is
 * `ASK - 1 - n`.
 */
const ASK = -1

/** A predicate's answer, as it is passed to the engine. */
const PREDICATE_ANSWERS = { DENY: 0, ALLOW: 1, FAILED: 2 }

/**
 * Is added to a predicate's answer if the answers were cleared after the predicate was asked, so that this answer
 * is not remembered.
 */
const NOT_REMEMBERED = 4

/** Is added to `FAILED` if the host answers the request with its own error response. */
const ERROR_RESPONSE = 8

/** Facts that a host knows about a request, besides its headers, as bits. */
const REQUEST_FLAGS = { SECURE: 1, WEBSOCKET: 2, PATH_DECODED: 4 }

/** The fields of a request whose values can be in a header of a template, by the engine's numbers. */
const REPEATED_FIELDS = { ORIGIN: 0, REQUEST_METHOD: 1, REQUEST_HEADERS: 2 }

/**
 * One response of a policy, without the values of the request that it repeats.
 *
 * @typedef {object} Template
 * @property {'continue' | 'respond'} action
 * @property {boolean} responds whether the application does not run
 * @property {number | null} status
 * @property {string} reason
 * @property {string} help what to change if the refusal was not intended; empty if nothing is refused
 * @property {string | null} reported the refusal that is only reported
 * @property {string} reportedHelp
 * @property {boolean} isReadable whether the page may read a response with this reason
 * @property {string} body
 * @property {[name: string, value: string | number, op: 'set' | 'add' | 'merge' | 'remove' | 'default'][]} headers a
 *   value that is a number is one of `REPEATED_FIELDS`
 * @property {string[]} removed the application's headers that are removed and not set again
 * @property {string} serverTiming the value of the header that gives the reason while the server is developed
 */

/**
 * Arguments of the engine's functions are undefined if the request has no such value. The functions that decide
 * return the index of a template, or an index that is not greater than `ASK`. `predicateAnswer` is one of
 * `PREDICATE_ANSWERS`.
 *
 * @typedef {object} CompiledPolicy
 * @property {(origin?: string, path?: string, predicateAnswer?: number) => number} decide for any method but that of preflights,
 *   without protection
 * @property {(origin?: string, method?: string, headers?: string, privateNetwork?: string, path?: string, predicateAnswer?: number) => number} decidePreflight
 *   for the method of preflights, whether or not the request is one
 * @property {(method: string, flags: number, origin?: string, path?: string, host?: string, site?: string, upgrade?: string, key?: string, predicateAnswer?: number) => number} decideProtected
 *   the same as `decide`, with protection; `flags` are of `REQUEST_FLAGS`
 * @property {(method: string, lines: string[], path: string | undefined, flags: number, predicateAnswer?: number) => string} evaluate
 *   a whole decision, as JSON; or, if a predicate has to be asked, the number of its route (null for that of the
 *   whole policy) and the origin
 * @property {(format: 'json' | 'encoded', text: Uint8Array) => string} explain explains an exchange, as JSON
 * @property {(index: number, method: string, lines: string[], path: string) => string | null} debugDecision the block to print about a
 *   decision while the server is developed; null if there is nothing new
 * @property {(index: number, method: string, lines: string[], path: string, status: number, headers: string[]) => string | null} debugResponse
 *   the block to print about the headers of a response; null if there is nothing new
 * @property {() => void} forgetAnswers forgets the answers of predicates
 * @property {(index: number) => Template} template
 * @property {import('../response/response-template.js').ResponseTemplate[]} responseTemplates the templates that
 *   have been needed so far
 * @property {import('../response/response-template.js').ResponseTemplate} [withoutOrigin] that of requests without
 *   `Origin`, if decisions depend only on the CORS headers, and once it has been needed
 * @property {import('../response/response-template.js').ResponseTemplate} [preflightWithoutOrigin]
 * @property {Map<string, number>} allowedOrigins origins that were allowed, with the indexes of their templates, if decisions depend only
 *   on the CORS headers
 * @property {import('../..').Issue[]} lints
 * @property {boolean} hasPredicate whether any route has a predicate
 * @property {boolean} hasRoutes whether decisions depend on the path
 * @property {boolean} hasProtection whether decisions depend on more than the CORS headers
 * @property {boolean} guardsWebSockets whether any route checks WebSocket handshakes
 */

/**
 * Facts about a policy that are not in its text.
 *
 * @typedef {object} TextSupplement
 * @property {boolean} [hasPredicate] whether there is a predicate, which the text cannot contain
 * @property {{ size: number, ttl: number }} [cache] the size of the cache of answers, and the seconds for which each
 * is kept
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
 * Decodes the engine's result for a policy, or throws the reason why there is no policy.
 *
 * @param {import('../engine.js').EnginePolicy} returned
 * @returns {CompiledPolicy}
 */
function decoded ({ facts, template, ...functions }) {
  // Only an own property counts, since `Object.prototype` could have one of that name.
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
    allowedOrigins: new Map(),
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
  // This cannot happen if the engine and the package have the same version.
  if (value === null || op === 'unknown') throw new Error(`corsac: the package cannot read the value that the engine returned for \`${name}\``)
  return [name, value, op]
}

module.exports = { ASK, ERROR_RESPONSE, NOT_REMEMBERED, PREDICATE_ANSWERS, REPEATED_FIELDS, REQUEST_FLAGS, compile, decoded }
