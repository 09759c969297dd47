'use strict'

// A policy as a middleware serves requests by it.

const { debuglog } = require('node:util')
const { answerAt } = require('./answers.js')
const { said, tell } = require('./hooks.js')
const { shown, shownLines } = require('./printable.js')

const debug = debuglog('corsac')

/** One middleware's policy: answers by the index that native code gives. */
class Layer {
  #warned = new Set()
  #hookFailed = (message) => this.once('onDecision', 'CORSAC_HOOK', message)

  /**
   * @param {import('./compiled.js').Compiled} compiled
   * @param {{ onDecision?: Function, timeout: number }} settings
   * @param {import('./predicates.js').Predicates} [predicates]
   * @param {import('./upgrades.js').Upgrades} [upgrades] those of a policy that guards handshakes, where they pass no
   *   middleware
   */
  constructor (compiled, settings, predicates, upgrades) {
    this.compiled = compiled
    this.answers = compiled.answers
    this.decide = compiled.decide
    this.decidePreflight = compiled.decidePreflight
    this.protection = compiled.protection
    /** Whether nothing but the headers of CORS matters, so that a request without Origin has always one answer. */
    this.isPlain = !compiled.routes && !compiled.protection
    if (this.isPlain) {
      this.plain = answerAt(compiled, compiled.decide())
      this.options = answerAt(compiled, compiled.decidePreflight())
    }
    this.settings = settings
    this.predicates = predicates
    this.upgrades = upgrades
    this.isWatched = settings.onDecision !== undefined || debug.enabled
  }

  /** Tells those who want to know of a decision. `host` is the request as the host's applications know it. */
  watch ({ reason, help, reported, reportedHelp, responds }, { origin = null }, { method, originalUrl, url }, host) {
    if (reported !== null && this.settings.onDecision === undefined) {
      // Who asks for reports wants to see them.
      this.once('reported', 'CORSAC_REPORTED', `${reported} would refuse ${asked(method, originalUrl ?? url, origin)}`,
        `${reportedHelp}\nonly the first is told: give \`onDecision\` to hear of all`)
    }
    if (!this.isWatched) return
    const action = responds ? 'respond' : 'continue'
    if (debug.enabled) {
      const why = [[reason, help], [reported && `${reported} (reported only)`, reportedHelp]].filter(([what]) => what)
      // What the client sent stands after what was decided, which it could counterfeit before.
      const helps = why.filter(([, help]) => help).map(([, help]) => `; help: ${help}`).join('')
      debug('%s, %s: %s%s', action, why.map(([what]) => what).join(', '), asked(method, originalUrl ?? url, origin), helps)
    }
    const { onDecision } = this.settings
    if (onDecision !== undefined) tell('onDecision', onDecision, { action, reason, reported, origin, method, request: host }, this.#hookFailed)
  }

  /** Tells once that a function failed, where there is nobody to give the error to. */
  failed (error) {
    this.once('predicate', 'CORSAC_PREDICATE', `the function that is asked about origins failed: ${shownLines(said(error?.stack ?? error))}`)
  }

  /** Tells once of each header that the application had set otherwise. */
  replaced (name) {
    this.once(name, 'CORSAC_HEADER_REPLACED', `the application's own \`${name}\` was replaced by the policy's`,
      'for other settings on some paths give the policy `routes`; ' +
      'to leave the application\'s headers on set keepAppHeaders: true')
  }

  /** Warns, the first time that something happens. */
  once (what, code, message, detail) {
    if (this.#warned.has(what)) return
    this.#warned.add(what)
    process.emitWarning(message, { type: 'CorsacWarning', code, detail })
  }
}

/** A request in a log. */
function asked (method, path, origin) {
  return `${shown(method)} ${shown(path)} from ${origin === null ? 'no origin' : `\`${shown(origin)}\``}`
}

module.exports = { Layer }
