'use strict'

// A policy as one middleware, or one attached server, decides by it: with its settings, predicates and reports.

const { facts } = require('../engine.js')
const { templateAt } = require('../response/response-template.js')
const { Debugger } = require('./debugger.js')
const { Reports } = require('./reports.js')

const [, , , [ENGINE_FAILED]] = facts.engineFailure

class MiddlewarePolicy {
  /**
   * @param {import('../policy/compiled-policy.js').CompiledPolicy} compiled
   * @param {{ onDecision?: Function, timeout: number, debug?: boolean }} settings
   * @param {import('./predicates.js').Predicates} [predicates]
   * @param {import('../upgrades/upgrades.js').Upgrades} [upgrades] those of a policy that guards WebSocket handshakes, on hosts
   *   where handshakes do not reach the middleware
   */
  constructor (compiled, settings, predicates, upgrades) {
    this.compiled = compiled
    this.responseTemplates = compiled.responseTemplates
    this.decide = compiled.decide
    this.decidePreflight = compiled.decidePreflight
    this.hasProtection = compiled.hasProtection
    /** Whether decisions depend on the headers of CORS alone, so that all requests without `Origin` get the same one. */
    this.readsCorsOnly = !compiled.hasRoutes && !compiled.hasProtection
    if (this.readsCorsOnly) {
      this.withoutOrigin = lastingTemplate(compiled, compiled.decide())
      this.preflightWithoutOrigin = lastingTemplate(compiled, compiled.decidePreflight())
    }
    this.timeout = settings.timeout
    this.predicates = predicates
    this.upgrades = upgrades
    this.reports = new Reports(settings.onDecision, settings.debug ? new Debugger(compiled) : undefined)
  }
}

/** The template of an index, unless the engine failed: that refuses one request, and not all that come after it. */
function lastingTemplate (compiled, index) {
  const template = templateAt(compiled, index)
  if (template.reason === ENGINE_FAILED) throw Object.assign(new Error('corsac: the engine failed'), { code: 'ERR_CORSAC_ENGINE' })
  return template
}

module.exports = { MiddlewarePolicy }
