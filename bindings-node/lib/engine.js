'use strict'

// The engine, as the rest of this package calls it. Which one it is, the native addon or the WebAssembly module, is decided in
// `engine-choice.js`, of which the bundles for edge runtimes have their own.

const { bytesOf } = require('./runtime.js')
const { load } = require('./engine-choice.js')

const engine = load()

/**
 * A policy as the engine compiled it, in the engine's own encoding. `policy/compiled-policy.js` gives its members names.
 *
 * @typedef {object} EnginePolicy
 * @property {string} [error] JSON that says why there is no policy; the other members are there if it is not
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
 * @param {'options' | 'middleware-options' | 'request-options' | 'json' | 'toml'} format how `text` is written; the first three
 *   are encoded by `policy/options-encoder.js`, and say for what the options are given
 * @param {string | Uint8Array} text
 * @param {boolean} hasPredicate whether there is a function to ask that the text does not mention
 * @param {{ size: number, ttl: number }} [cache] of the answers of functions
 * @returns {EnginePolicy}
 */
function compile (format, text, hasPredicate, cache) {
  return engine.compile(format, bytesOf(text), hasPredicate, cache?.size, cache?.ttl)
}

/**
 * What the engine knows of CORS that this package has to know as well.
 *
 * @type {{
 *   methodOfPreflights: string,
 *   requestHeaders: Record<'origin' | 'requestMethod' | 'requestHeaders' | 'privateNetwork' | 'host' | 'secFetchSite' | 'upgrade' |
 *     'secWebSocketKey', string[]>,
 *   serverTiming: string,
 *   findingCodes: string[],
 *   limits: Record<'quotedCharacters' | 'policyFileBytes' | 'watchInterval' | 'origin' | 'method' | 'path' | 'requestedHeaders', number>,
 *   engineFailure: unknown[]
 * }} `requestHeaders` has the names under which each field of a request comes, the first that is there counts;
 *   `watchInterval` is in milliseconds, the limits of fields are in bytes;
 *   `engineFailure` is the template of the response where the engine failed
 */
const facts = JSON.parse(engine.facts())

module.exports = {
  compile,
  /** Explains an exchange: the same as `explain` of a policy, with the responses that it has. */
  diagnose: engine.diagnose,
  facts,
  /** A browser that says what it sends next: `new BrowserSession(exchange)`, `nextRequest()`, `respond(answer)`, `exchange()`. */
  BrowserSession: engine.BrowserSession,
  /** Whether a middleware is debugged: what its setting says, or else the environment. */
  isDebugRequested: engine.isDebugRequested,
  /** A policy file that the engine opens, reads and checks for changes: `new PolicyFile(path, hasPredicate, size, ttl)`. */
  PolicyFile: engine.PolicyFile,
  /** A text as it may stand in a log or a message: characters that a terminal does not show are escaped, a long text is cut. */
  printable: engine.printable,
  /** Whether a protocol that a client asks to switch to is WebSocket. */
  isWebSocket: engine.isWebSocket
}
