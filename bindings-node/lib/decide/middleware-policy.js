'use strict'

// A policy as one middleware or one attached server uses it: with its settings, predicates and reports.

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
   * @param {import('../upgrades/upgrades.js').Upgrades} [upgrades] given if the policy judges WebSocket
   * handshakes and the host does not pass them to the middleware
   */
  constructor (compiled, settings, predicates, upgrades) {
    this.compiled = compiled
    this.responseTemplates = compiled.responseTemplates
    this.decide = compiled.decide
    this.decidePreflight = compiled.decidePreflight
    this.hasProtection = compiled.hasProtection
    /**
     * Whether decisions depend only on the CORS headers. If so, all requests without `Origin` get the
     * same decision.
     */
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

/**
 * The template of an index. If the engine failed, only this request is refused, and not all later
 * ones.
 */
function lastingTemplate (compiled, index) {
  const template = templateAt(compiled, index)
  if (template.reason === ENGINE_FAILED) throw Object.assign(new Error('corsac: the engine failed'), { code: 'ERR_CORSAC_ENGINE' })
  return template
}

module.exports = { MiddlewarePolicy }
