'use strict'

// The engine, as the rest of this package calls it. `engine-choice.js` decides whether it is the native addon
// or the WebAssembly module; the bundles for edge runtimes have another version of that file.

const { bytesOf } = require('./runtime.js')
const { load } = require('./engine-choice.js')

const engine = load()

/**
 * A policy as the engine compiled it, in the engine's own encoding. `policy/compiled-policy.js` gives its members names.
 *
 * @typedef {object} EnginePolicy
 * @property {string} [error] JSON that says why there is no policy; without it, all other members are present
 * @property {string} facts JSON
 * @property {(index: number) => string} template one template, as JSON
 * @property {Function} decide
 * @property {Function} decidePreflight
 * @property {Function} decideProtected
 * @property {Function} evaluate
 * @property {(format: 'json' | 'encoded' | 'captured', text: Uint8Array) => string} explain JSON, which `explain/explanation.js` reads
 * @property {() => void} forgetAnswers
 */

/**
 * @param {'options' | 'middleware-options' | 'request-options' | 'json' | 'toml'} format how `text` is
 * written; the first three are options that `policy/options-encoder.js` has encoded, and say what the options
 * are for
 * @param {string | Uint8Array} text
 * @param {boolean} hasPredicate whether there is a predicate, which the text cannot contain
 * @param {{ size: number, ttl: number }} [cache] the size of the cache of answers, and the seconds for which
 * each is kept
 * @returns {EnginePolicy}
 */
function compile (format, text, hasPredicate, cache) {
  return engine.compile(format, bytesOf(text), hasPredicate, cache?.size, cache?.ttl)
}

/**
 * Facts about CORS that this package needs from the engine.
 *
 * @type {{
 *   methodOfPreflights: string,
 *   requestHeaders: Record<'origin' | 'requestMethod' | 'requestHeaders' | 'privateNetwork' | 'host' | 'secFetchSite' | 'upgrade' |
 *     'secWebSocketKey', string[]>,
 *   serverTiming: string,
 *   findingCodes: string[],
 *   limits: Record<'quotedCharacters' | 'policyFileBytes' | 'watchInterval' | 'origin' | 'method' | 'path' | 'requestedHeaders', number>,
 *   engineFailure: unknown[]
 * }} `requestHeaders` has the header names of each field of a request, of which the first that is present
 *   counts; `watchInterval` is in milliseconds, the limits of fields are in bytes; `engineFailure` is the
 *   template of the response if the engine fails
 */
const facts = JSON.parse(engine.facts())

module.exports = {
  compile,
  /** Explains an exchange, as `explain` of a policy does, but with the responses that the exchange contains. */
  diagnose: engine.diagnose,
  facts,
  /**
   * A simulated browser that says which request it sends next: `new BrowserSession(exchange)`,
   * `nextRequest()`, `respond(answer)`, `exchange()`.
   */
  BrowserSession: engine.BrowserSession,
  /** Whether a middleware is in debug mode. Its setting decides, or else the environment. */
  isDebugRequested: engine.isDebugRequested,
  /** A policy file that the engine opens, reads and checks for changes: `new PolicyFile(path, hasPredicate, size, ttl)`. */
  PolicyFile: engine.PolicyFile,
  /**
   * Makes a text safe for a log or a message: characters that a terminal does not show are escaped, and a
   * long text is cut.
   */
  printable: engine.printable,
  /** Whether the protocol to which a client wants to switch is WebSocket. */
  isWebSocket: engine.isWebSocket
}
