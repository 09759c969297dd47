'use strict'

// A policy as a middleware serves requests by it.

const { debuglog } = require('node:util')
const { ASK, SAID } = require('./compiled.js')
const { Pieces, answer } = require('./answers.js')

const debug = debuglog('corsac')

/** The pieces of a request that has none. */
const NOTHING = new Pieces(undefined, undefined, undefined)

/**
 * What native code says of an origin, and what it makes of a request: the index of an answer, or `ASK`.
 *
 * @typedef {object} Asked
 * @property {Pieces} pieces
 * @property {string | undefined} privateNetwork
 * @property {boolean} isOptions
 */

/** One middleware's policy: answers by the index that native code gives. */
class Layer {
  #warned = new Set()

  /**
   * @param {import('./compiled.js').Compiled} compiled
   * @param {Settings} settings
   * @param {import('./predicate.js').Predicate} [predicate]
   */
  constructor (compiled, settings, predicate) {
    this.answers = compiled.shapes.map(answer)
    this.plain = this.answers[compiled.plain]
    this.options = this.answers[compiled.options]
    this.compiled = compiled
    this.decide = compiled.decide
    this.settings = settings
    this.predicate = predicate
    this.isWatched = settings.onDecision !== undefined || debug.enabled
  }

  /** The answer to a request with the predicate's answer to it. */
  resolve (said, { origin, requestMethod, requestHeaders }, isOptions, privateNetwork) {
    const index = isOptions
      ? this.compiled.resolvePreflight(said, origin, requestMethod, requestHeaders, privateNetwork)
      : this.compiled.resolve(said, origin)
    return this.answers[index]
  }

  /** The answer to a request whose predicate failed, and which the host's error handler answers. */
  failed (origin, isOptions) {
    // Without the method that it asks for a preflight is no preflight: nothing is answered here.
    return this.resolve(SAID.FAILED, { origin }, isOptions)
  }

  /** Tells those who want to know of a decision. */
  watch ({ reason, responds }, origin, request) {
    if (!this.isWatched) return
    const { method } = request
    const action = responds ? 'respond' : 'continue'
    debug('%s %s from %s: %s, %s', method, request.originalUrl ?? request.url, origin ?? 'no origin', action, reason)
    try {
      this.settings.onDecision?.({ action, reason, origin: origin ?? null, method, request })
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

module.exports = { ASK, Layer, NOTHING }
