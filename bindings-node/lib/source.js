'use strict'

// From what `cors()` takes to layers: options, a policy, or a function that chooses for each request.

const { compile } = require('./compiled.js')
const { Layer } = require('./layer.js')
const { encode, own } = require('./options.js')
const { Policy, parts, warn } = require('./policy.js')
const { gather, part } = require('./predicates.js')
const { Reloadable, upgradesOf } = require('./reloadable.js')
const { ask } = require('./ask.js')
const { checked } = require('./settings.js')
const { unguarded } = require('./upgrades.js')

/** How many different options of a delegate, or of an origin function, are kept compiled. */
const MOST_KEPT = 100

/** What `cors()` serves by. */
class Source {
  #settings
  #delegate
  #reloadable
  #seesUpgrades
  #current
  #kept = new Map()
  #layers = new WeakMap()

  /**
   * @param {unknown} options
   * @param {object} settings
   * @param {{ seesUpgrades?: boolean }} host whether WebSocket handshakes pass its middleware
   */
  constructor (options = {}, settings = {}, { seesUpgrades = false } = {}) {
    this.#settings = checked(settings)
    this.#seesUpgrades = seesUpgrades || this.#settings.verifiesUpgrades
    if (typeof options === 'function') this.#delegate = options
    else if (options instanceof Reloadable) this.#reloadable = options
    /** The layer, where it is the same for every request. */
    this.layer = undefined
    /** Whether it is that of a policy that may be swapped: `current`. */
    this.isReloadable = this.#reloadable !== undefined
    if (this.isReloadable) this.#demandGuard(upgradesOf(options))
    else if (this.#delegate === undefined) this.layer = this.#layer(options)
  }

  #demandGuard (upgrades) {
    if (!this.#seesUpgrades) upgrades.demandGuard()
  }

  /** The layer of now, where it is that of a reloadable policy. */
  get current () {
    const policy = this.#reloadable?.policy
    if (policy === undefined) return undefined
    return this.#current?.policy === policy ? this.#current.layer : this.#take(policy)
  }

  #take (policy) {
    const layer = this.#ofPolicy(policy, upgradesOf(this.#reloadable))
    this.#current = { policy, layer }
    return layer
  }

  /**
   * The layer of a request.
   *
   * @param {unknown} request as the host's applications know it
   * @param {(error: unknown, layer?: Layer) => void} done
   */
  choose (request, done) {
    const layer = this.layer ?? this.current
    if (layer !== undefined) return done(null, layer)
    const delegate = this.#delegate
    const way = { callback: delegate.length > 1, timeout: this.#settings.timeout, what: 'the options function' }
    ask((callback) => delegate(request, callback), way, (error, options) => {
      let layer
      if (error === null) {
        try {
          // Here `true` is this request's own origin, and not any.
          layer = this.#layer(options?.origin === true ? { ...options, origin: () => true } : options)
        } catch (reason) {
          error = reason
        }
      }
      done(error, layer)
    })
  }

  #layer (given) {
    if (given instanceof Reloadable) {
      this.#demandGuard(upgradesOf(given))
      return this.#ofPolicy(given.policy, upgradesOf(given))
    }
    if (given instanceof Policy) {
      this.#demandGuard(parts(given).upgrades)
      return this.#ofPolicy(given)
    }
    const { options, ...limits } = part(own(given))
    if (this.#delegate !== undefined && limits.cache !== undefined) {
      throw new TypeError('corsac: what is remembered of a function\'s answers has to outlive the request: ' +
        'make `new Policy({ …, predicateCache })` once, and give that')
    }
    const { text, functions } = encode(options)
    const compiled = this.#compile(text, limits.cache)
    const predicates = gather(functions, options, limits, (text) => this.#compile(text))
    if (compiled.websockets && !this.#seesUpgrades) throw unguarded('const policy = new Policy(options); ')
    return new Layer(compiled, this.#settings, predicates)
  }

  /** @param {import('./upgrades.js').Upgrades} [reloadable] those of what holds the policy */
  #ofPolicy (policy, reloadable) {
    const { compiled, predicates, upgrades: own } = parts(policy)
    const upgrades = reloadable ?? own
    let layer = this.#layers.get(upgrades)
    if (layer?.compiled !== compiled) {
      layer = new Layer(compiled, this.#settings, predicates, compiled.websockets && !this.#seesUpgrades ? upgrades : undefined)
      this.#layers.set(upgrades, layer)
    }
    return layer
  }

  #compile (text, cache) {
    let policy = this.#kept.get(text)
    if (policy === undefined) {
      policy = compile('middleware', Buffer.from(text), { cache })
      policy.lints.forEach(warn)
      if (this.#kept.size >= MOST_KEPT) this.#kept.delete(this.#kept.keys().next().value)
      this.#kept.set(text, policy)
    }
    return policy
  }
}

module.exports = { Source }
