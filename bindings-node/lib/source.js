'use strict'

// From what `cors()` takes to layers: options, a policy, or a function that chooses for each request.

const { compile } = require('./compiled.js')
const { Layer } = require('./layer.js')
const { encode, own } = require('./options.js')
const { Policy, compiled, warn } = require('./policy.js')
const { ask } = require('./ask.js')

/** How many different options of a delegate, or of an origin function, are kept compiled. */
const MOST_KEPT = 100
/** Milliseconds that a function of the application may take. */
const TIMEOUT = 10_000

/** What `cors()` serves by. */
class Source {
  #settings
  #delegate
  #kept = new Map()

  constructor (options = {}, settings = {}) {
    this.#settings = checked(settings)
    if (typeof options === 'function') this.#delegate = options
    /** The layer, where it is the same for every request. */
    this.layer = this.#delegate === undefined ? this.#layer(options) : undefined
  }

  /**
   * The layer of a request.
   *
   * @param {unknown} request as the host's applications know it
   * @param {(error: unknown, layer?: Layer) => void} done
   */
  choose (request, done) {
    if (this.layer !== undefined) return done(null, this.layer)
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

  #layer (options) {
    if (options instanceof Policy) return new Layer(compiled(options), this.#settings)
    options = own(options)
    if (typeof options?.allowOrigin === 'function') {
      const { allowOrigin, ...rest } = options
      // A setting of corsac's own, even where no other of them stands beside it.
      const text = encode('dialect' in rest ? rest : { dialect: 'corsac', ...rest })
      return new Layer(this.#compile(text, true), this.#settings, { form: 'corsac', call: allowOrigin })
    }
    const policy = this.#compile(encode(options))
    if (typeof options?.origin !== 'function') return new Layer(policy, this.#settings)
    const kept = { ...options }
    const compile = (origin) => this.#compile(encode({ ...kept, origin }))
    return new Layer(policy, this.#settings, { form: 'cors', call: kept.origin, compile })
  }

  #compile (text, predicate = false) {
    const key = predicate ? `${text} predicate` : text
    let policy = this.#kept.get(key)
    if (policy === undefined) {
      policy = compile('middleware', Buffer.from(text), undefined, predicate)
      policy.lints.forEach(warn)
      if (this.#kept.size >= MOST_KEPT) this.#kept.delete(this.#kept.keys().next().value)
      this.#kept.set(key, policy)
    }
    return policy
  }
}

function checked ({ onDecision, timeout = TIMEOUT, ...rest }) {
  const unknown = Object.keys(rest)
  if (unknown.length > 0) throw new TypeError(`corsac: there is no setting \`${unknown[0]}\` of the middleware: it takes onDecision and timeout`)
  if (onDecision !== undefined && typeof onDecision !== 'function') throw new TypeError('corsac: `onDecision` takes a function')
  if (typeof timeout !== 'number' || !(timeout > 0 && timeout <= 0x7fffffff)) throw new TypeError('corsac: `timeout` takes milliseconds')
  return { onDecision, timeout }
}

module.exports = { Source }
