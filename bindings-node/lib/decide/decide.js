'use strict'

// From the fields of a request to the template of its response, for every kind of host.

const { facts } = require('../engine.js')
const { ERROR_RESPONSE } = require('../policy/compiled-policy.js')
const { mayBePreflight } = require('../request/request-headers.js')
const { WITHOUT_ORIGIN, readFields } = require('../request/request-fields.js')
const { templateAt } = require('../response/response-template.js')

/**
 * Decides with at most one call into the engine.
 *
 * @param {import('./middleware-policy.js').MiddlewarePolicy} policy
 * @param {boolean} hasPreflightMethod whether the request has the method of preflights
 * @param {import('../request/request-fields.js').CorsFields} fields not `WITHOUT_ORIGIN`
 * @returns {number} the index of a template; negative if a predicate has to be asked
 */
function decide (policy, hasPreflightMethod, fields) {
  if (!policy.readsCorsOnly) return decideWithAnswer(policy, hasPreflightMethod, fields)
  if (hasPreflightMethod) return isLastPreflight(policy.lastPreflight, fields) ? policy.lastPreflightIndex : decidePreflight(policy, fields)
  return fields.origin === policy.lastOrigin ? policy.lastIndex : decideOrigin(policy, fields.origin)
}

/** The most origins that are remembered for a policy. */
const MOST_ORIGINS = 64
const LONGEST_ORIGIN = facts.limits.origin

/**
 * Decides about an origin that is not the last one. Pages of a few origins send most of a server's requests, so these origins are
 * remembered if their decisions are always the same: comparing the last one costs 6 ns, finding another one 40 ns, and a call into the
 * engine 100 ns or more. Refused origins are not remembered, so nobody displaces the allowed ones with them. A failure of the engine is
 * not remembered either, and refuses only one request.
 */
function decideOrigin (policy, origin) {
  // If an origin is longer than the limit, the engine does not read the rest, but a map would read, compare and keep
  // all of it.
  if (origin.length > LONGEST_ORIGIN) return policy.decide(origin)
  const { allowedOrigins } = policy.compiled
  let index = allowedOrigins.get(origin)
  if (index === undefined) {
    index = policy.decide(origin)
    if (!policy.isRepeatable || !templateAt(policy.compiled, index).isReadable) return index
    // A pattern can allow any number of origins. Once the map is full, other origins take as long as without a map.
    if (allowedOrigins.size < MOST_ORIGINS) allowedOrigins.set(origin, index)
  }
  policy.lastOrigin = origin
  policy.lastIndex = index
  return index
}

/** Whether a preflight asks for the same as the last one that was allowed. */
function isLastPreflight (last, fields) {
  return last !== undefined && last.origin === fields.origin && last.requestMethod === fields.requestMethod &&
    last.requestHeaders === fields.requestHeaders && last.privateNetwork === fields.privateNetwork
}

/** Asks the engine about a preflight. The last one that was allowed is remembered, as the last origin is. */
function decidePreflight (policy, fields) {
  const index = policy.decidePreflight(fields.origin, fields.requestMethod, fields.requestHeaders, fields.privateNetwork)
  if (policy.isRepeatable && !templateAt(policy.compiled, index).isRefusal) {
    policy.lastPreflight = fields
    policy.lastPreflightIndex = index
  }
  return index
}

/**
 * Decides as above, with a predicate's answer if there is one.
 *
 * @param {number} [predicateAnswer] one of `PREDICATE_ANSWERS`
 */
function decideWithAnswer (policy, hasPreflightMethod, fields, predicateAnswer) {
  if (hasPreflightMethod) {
    return policy.decidePreflight(fields.origin, fields.requestMethod, fields.requestHeaders, fields.privateNetwork, fields.path, predicateAnswer)
  }
  return policy.hasProtection ? decideProtected(policy.compiled, fields, predicateAnswer) : policy.decide(fields.origin, fields.path, predicateAnswer)
}

/** Decides as above for policies whose protection may refuse the request. */
function decideProtected ({ decideProtected }, fields, predicateAnswer) {
  return decideProtected(fields.method, fields.flags, fields.origin, fields.path, fields.host, fields.site, fields.upgrade, fields.key, predicateAnswer)
}

/**
 * Asks the predicate about the request's origin.
 *
 * @param {number} index what `decide` returned
 * @param {unknown} hostRequest the request as the host's applications know it
 * @param {(error: unknown, template: import('../response/response-template.js').ResponseTemplate) =>
 * void} done if there is an error, the template is that of the host's error response
 */
function askPredicate (policy, index, hasPreflightMethod, fields, hostRequest, done) {
  policy.predicates.ask(index, fields.origin, hostRequest, policy.timeout, (error, predicateAnswer) => {
    const templateIndex = decideWithAnswer(policy, hasPreflightMethod, fields, error === null ? predicateAnswer : predicateAnswer | ERROR_RESPONSE)
    const template = templateAt(policy.compiled, templateIndex)
    if (error !== null && template.responds) {
      // Whatever the predicate would have answered, the request is refused, and no error handler
      // runs.
      policy.reports.predicateFailed(error)
      error = null
    }
    done(error, template)
  })
}

/**
 * @typedef {object} Decided
 * @property {import('./middleware-policy.js').MiddlewarePolicy} policy
 * @property {import('../response/response-template.js').ResponseTemplate} template
 * @property {import('../request/request-fields.js').CorsFields} fields
 * @property {unknown} error why a predicate failed, null if none did
 */

/**
 * Runs all steps of a decision, for hosts that wait for promises.
 *
 * @param {import('../policy/policy-provider.js').PolicyProvider} provider
 * @param {import('../request/request-fields.js').IncomingRequest} incoming
 * @param {unknown} hostRequest the request as the host's applications know it
 * @param {(hostRequest: any) => import('../request/request-fields.js').IncomingRequest} [readAll]
 * reads the whole request, if more than the CORS headers matters
 * @returns {Promise<Decided>} rejected if there is no policy
 */
function decideRequest (provider, incoming, hostRequest, readAll) {
  return new Promise((resolve, reject) => {
    provider.policyFor(hostRequest, (error, policy) => {
      if (policy === undefined) return reject(error)
      decideByPolicy(policy, incoming, hostRequest, readAll, (error, decided) => {
        if (decided === undefined) reject(error)
        else resolve(decided)
      })
    })
  })
}

/**
 * Does the same for one policy, and without a promise.
 *
 * @param {import('./middleware-policy.js').MiddlewarePolicy} policy
 * @param {(error: unknown, decided?: Decided) => void} done is called before this function returns, unless the policy has predicates
 */
function decideByPolicy (policy, incoming, hostRequest, readAll, done) {
  const unattached = policy.upgrades?.unattachedError(incoming, policy.reports)
  if (unattached !== undefined) return done(unattached)
  const request = policy.readsCorsOnly || readAll === undefined ? incoming : readAll(hostRequest)
  const hasPreflightMethod = mayBePreflight(request)
  const fields = readFields(policy, request, hasPreflightMethod)
  const finish = (error, template) => {
    policy.reports.decision(template, fields, request, hostRequest)
    done(null, { policy, template, fields, error })
  }
  if (fields === WITHOUT_ORIGIN) return finish(null, hasPreflightMethod ? policy.preflightWithoutOrigin : policy.withoutOrigin)
  const index = decide(policy, hasPreflightMethod, fields)
  if (index < 0) askPredicate(policy, index, hasPreflightMethod, fields, hostRequest, finish)
  else finish(null, templateAt(policy.compiled, index))
}

module.exports = { askPredicate, decide, decideByPolicy, decideProtected, decideRequest, decideWithAnswer }
