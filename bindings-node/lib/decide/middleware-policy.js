'use strict'

// A policy as one middleware, or one attached server, decides by it: with its settings, predicates and reports.

const { templateAt } = require('../response/response-template.js')
const { Debugger } = require('./debugger.js')
const { Reports } = require('./reports.js')

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
      this.withoutOrigin = templateAt(compiled, compiled.decide())
      this.preflightWithoutOrigin = templateAt(compiled, compiled.decidePreflight())
    }
    this.timeout = settings.timeout
    this.predicates = predicates
    this.upgrades = upgrades
    this.reports = new Reports(settings.onDecision, settings.debug ? new Debugger(compiled) : undefined)
  }
}

module.exports = { MiddlewarePolicy }
