'use strict'

// A policy as one middleware or one attached server uses it: with its settings, predicates and reports.

const { facts } = require('../engine.js')
const { templateAt } = require('../response/response-template.js')

const [, , , [ENGINE_FAILED]] = facts.engineFailure

class MiddlewarePolicy {
  /**
   * @param {import('../policy/compiled-policy.js').CompiledPolicy} compiled
   * @param {{ timeout: number }} settings
   * @param {import('./reports.js').Reports} reports of the middleware, whichever policy decides
   * @param {import('./predicates.js').Predicates} [predicates]
   * @param {import('../upgrades/upgrades.js').Upgrades} [upgrades] given if the policy checks WebSocket handshakes and
   * the host does not pass them to the middleware
   */
  constructor (compiled, settings, reports, predicates, upgrades) {
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
    /** Whether the same CORS headers always get the same decision. */
    this.isRepeatable = this.readsCorsOnly && !compiled.hasPredicate
    /** The last origin that was allowed, and the index of its template, if such decisions are repeatable. */
    this.lastOrigin = undefined
    this.lastIndex = 0
    /**
     * The fields of the last preflight that was allowed, and the index of its template, on the same condition.
     *
     * @type {import('../request/request-fields.js').CorsFields | undefined}
     */
    this.lastPreflight = undefined
    this.lastPreflightIndex = 0
    if (this.readsCorsOnly) {
      // These are kept with the compiled policy, because with an options function there is a new `MiddlewarePolicy`
      // for each request.
      this.withoutOrigin = compiled.withoutOrigin ??= lastingTemplate(compiled, compiled.decide())
      this.preflightWithoutOrigin = compiled.preflightWithoutOrigin ??= lastingTemplate(compiled, compiled.decidePreflight())
    }
    this.timeout = settings.timeout
    this.predicates = predicates
    this.upgrades = upgrades
    this.reports = reports
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
