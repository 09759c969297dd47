'use strict'

// A policy as a middleware serves requests by it.

const { debuglog } = require('node:util')
const { answer } = require('./answers.js')

const debug = debuglog('corsac')

/** One middleware's policy: answers by the index that native code gives. */
class Layer {
  #warned = new Set()

  /**
   * @param {import('./compiled.js').Compiled} compiled
   * @param {{ onDecision?: Function, timeout: number }} settings
   * @param {import('./origin.js').Predicate} [predicate]
   */
  constructor (compiled, settings, predicate) {
    this.answers = compiled.shapes.map(answer)
    this.plain = this.answers[compiled.plain]
    this.options = this.answers[compiled.options]
    this.compiled = compiled
    this.decide = compiled.decide
    this.decidePreflight = compiled.decidePreflight
    this.settings = settings
    this.predicate = predicate
    this.isWatched = settings.onDecision !== undefined || debug.enabled
  }

  /** The answer to a request with what the predicate said, one of `SAID`. */
  resolve (said, isOptions, { origin, requestMethod, requestHeaders, privateNetwork }) {
    const { resolve, resolvePreflight } = this.compiled
    const index = isOptions
      ? resolvePreflight(said, origin, requestMethod, requestHeaders, privateNetwork)
      : resolve(said, origin)
    return this.answers[index]
  }

  /** Tells those who want to know of a decision. `host` is the request as the host's applications know it. */
  watch ({ reason, responds }, { origin = null }, { method, originalUrl, url }, host) {
    if (!this.isWatched) return
    const action = responds ? 'respond' : 'continue'
    debug('%s %s from %s: %s, %s', method, originalUrl ?? url, origin ?? 'no origin', action, reason)
    try {
      this.settings.onDecision?.({ action, reason, origin, method, request: host })
    } catch (error) {
      // It looks on, so it may not break the request.
      this.#once('onDecision', 'CORSAC_HOOK', `onDecision threw: ${error}`)
    }
  }

  /** Tells once of each header that the application had set otherwise. */
  replaced (name) {
    this.#once(name, 'CORSAC_HEADER_REPLACED', `the application's own \`${name}\` was replaced by the policy's`,
      'for other settings on some paths give those routes a cors() of their own; ' +
      'to leave the application\'s headers on set keepAppHeaders: true')
  }

  #once (what, code, message, detail) {
    if (this.#warned.has(what)) return
    this.#warned.add(what)
    process.emitWarning(message, { type: 'CorsacWarning', code, detail })
  }
}

module.exports = { Layer }
