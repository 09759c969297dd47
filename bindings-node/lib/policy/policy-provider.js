'use strict'

// Provides the policy for each request. `cors()` gets options, a policy, or a function that chooses
// one of these for each request.

const { MiddlewarePolicy } = require('../decide/middleware-policy.js')
const { Reports } = require('../decide/reports.js')
const { compile } = require('./compiled-policy.js')
const { checkedSettings } = require('./middleware-settings.js')
const { encode, ownSettings } = require('./options-encoder.js')
const { Policy, internalsOf, warnOfLint } = require('./policy.js')
const { predicatesOf, separateLimits } = require('./predicate-options.js')
const { Reloadable, upgradesOf } = require('./reloadable.js')

/**
 * How many different options are kept compiled. They are the results of functions that choose options, and of origin
 * functions.
 */
const MOST_KEPT = 100

class PolicyProvider {
  #settings
  /** The reports of all policies. An options function may make a policy for each request, but what is reported only
   * once must be reported once for all of them. */
  #reports
  #chooser
  /** What calls the chooser. */
  #callApplication
  #reloadable
  #seesUpgrades
  #current
  /** The compiled policies, by the text of their options. */
  #compiled = new Map()
  #policies = new WeakMap()

  /**
   * @param {unknown} given
   * @param {object} settings
   * @param {{ seesUpgrades?: boolean }} host whether WebSocket handshakes reach the host's
   * middleware
   */
  constructor (given = {}, settings = {}, { seesUpgrades = false } = {}) {
    this.#settings = checkedSettings(settings)
    this.#reports = new Reports(this.#settings)
    this.#seesUpgrades = seesUpgrades || this.#settings.verifiesUpgrades
    if (typeof given === 'function') {
      this.#chooser = given
      this.#callApplication = require('../decide/application-call.js').callApplication
    } else if (given instanceof Reloadable) this.#reloadable = given
    /**
     * The policy, if it is the same for every request.
     *
     * @type {MiddlewarePolicy | undefined}
     */
    this.policy = undefined
    /** Whether the policy can be swapped. If so, `current` is the policy in force. */
    this.isReloadable = this.#reloadable !== undefined
    if (this.isReloadable) this.#requireAttach(upgradesOf(given))
    else if (this.#chooser === undefined) this.policy = this.#policyOf(given)
  }

  #requireAttach (upgrades) {
    if (!this.#seesUpgrades) upgrades.requireAttach()
  }

  /** The policy that is in force now, if the policy can be swapped. */
  get current () {
    const policy = this.#reloadable?.policy
    if (policy === undefined) return undefined
    return this.#current?.policy === policy ? this.#current.middlewarePolicy : this.#renewed(policy)
  }

  #renewed (policy) {
    const middlewarePolicy = this.#ofPolicy(policy, upgradesOf(this.#reloadable))
    this.#current = { policy, middlewarePolicy }
    return middlewarePolicy
  }

  /**
   * The policy of a request.
   *
   * @param {unknown} request the request as the host's applications know it
   * @param {(error: unknown, policy?: MiddlewarePolicy) => void} done
   */
  policyFor (request, done) {
    const known = this.policy ?? this.current
    if (known !== undefined) return done(null, known)
    const chooser = this.#chooser
    const convention = { usesCallback: chooser.length > 1, timeout: this.#settings.timeout, name: 'the options function' }
    this.#callApplication((callback) => chooser(request, callback), convention, (error, chosen) => {
      let policy
      if (error === null) {
        try {
          policy = this.#policyOf(chosen)
        } catch (reason) {
          error = reason
        }
      }
      done(error, policy)
    })
  }

  #policyOf (given) {
    if (given instanceof Reloadable) {
      this.#requireAttach(upgradesOf(given))
      return this.#ofPolicy(given.policy, upgradesOf(given))
    }
    if (given instanceof Policy) {
      this.#requireAttach(internalsOf(given).upgrades)
      return this.#ofPolicy(given)
    }
    const { options, ...limits } = separateLimits(ownSettings(given))
    if (this.#chooser !== undefined && limits.cache !== undefined) {
      throw new TypeError('corsac: the cache of a function\'s answers has to outlive the request: ' +
        'make `new Policy({ …, predicateCache })` once, and return that policy')
    }
    const { text, functions } = encode(options)
    const compiled = this.#compile(text, limits.cache)
    const predicates = predicatesOf(functions, options, limits, (text) => this.#compile(text))
    if (compiled.guardsWebSockets && !this.#seesUpgrades) {
      throw require('../upgrades/errors.js').missingAttachError('const policy = new Policy(options); ')
    }
    return new MiddlewarePolicy(compiled, this.#settings, this.#reports, predicates)
  }

  /**
   * @param {import('../upgrades/upgrades.js').Upgrades} [reloadable] the upgrades of the
   * reloadable that holds the policy
   */
  #ofPolicy (policy, reloadable) {
    const { compiled, predicates, upgrades: own } = internalsOf(policy)
    const upgrades = reloadable ?? own
    let middlewarePolicy = this.#policies.get(upgrades)
    if (middlewarePolicy?.compiled !== compiled) {
      const guard = compiled.guardsWebSockets && !this.#seesUpgrades ? upgrades : undefined
      middlewarePolicy = new MiddlewarePolicy(compiled, this.#settings, this.#reports, predicates, guard)
      this.#policies.set(upgrades, middlewarePolicy)
    }
    return middlewarePolicy
  }

  #compile (text, cache) {
    let compiled = this.#compiled.get(text)
    if (compiled === undefined) {
      compiled = compile(this.#chooser === undefined ? 'middleware-options' : 'request-options', text, { cache })
      compiled.lints.forEach(warnOfLint)
      if (this.#compiled.size >= MOST_KEPT) this.#compiled.delete(this.#compiled.keys().next().value)
      this.#compiled.set(text, compiled)
    }
    return compiled
  }
}

module.exports = { PolicyProvider }
