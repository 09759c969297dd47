'use strict'

// From what `cors()` takes to layers: options, a policy, or a function that chooses for each request.

const { compile, SAID } = require('./compiled.js')
const { Layer } = require('./layer.js')
const { encode } = require('./options.js')
const { Policy, compiled, warn } = require('./policy.js')
const { ask } = require('./predicate.js')

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
    const { text, flag, predicate } = parted(options)
    return new Layer(this.#compile(text, flag), this.#settings, predicate && { ...predicate, compile: (answer) => this.#answered(predicate, answer) })
  }

  /** The policy of an origin function's answer that says which origins may read. */
  #answered ({ options }, origin) {
    return this.#compile(encode({ ...options, origin }), false)
  }

  #compile (text, predicate) {
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

/** Options as text, and the function among them, which stays on this side. */
function parted (options) {
  if (options === null || typeof options !== 'object') return { text: encode(options), flag: false }
  if (typeof options.allowOrigin === 'function') {
    const { allowOrigin, ...rest } = options
    // A setting of corsac's own, even where no other of them stands beside it.
    const text = encode('dialect' in rest ? rest : { dialect: 'corsac', ...rest })
    return { text, flag: true, predicate: { call: allowOrigin, what: '`allowOrigin`', callback: false } }
  }
  if (typeof options.origin === 'function') {
    const { origin } = options
    const predicate = { call: origin, what: 'the `origin` function', callback: origin.length > 1, options: { ...options } }
    return { text: encode(options), flag: false, predicate }
  }
  return { text: encode(options), flag: false }
}

function checked ({ onDecision, timeout = TIMEOUT, ...rest }) {
  const unknown = Object.keys(rest)
  if (unknown.length > 0) throw new TypeError(`corsac: there is no setting \`${unknown[0]}\` of the middleware: it takes onDecision and timeout`)
  if (onDecision !== undefined && typeof onDecision !== 'function') throw new TypeError('corsac: `onDecision` takes a function')
  if (!(timeout > 0 && timeout <= 0x7fffffff)) throw new TypeError('corsac: `timeout` takes milliseconds')
  return { onDecision, timeout }
}

/**
 * Asks a layer's predicate about an origin.
 *
 * @param {Layer} layer
 * @param {(error: unknown, said: number) => void} done
 */
function askOrigin (layer, origin, request, done) {
  const { call, callback, what, compile } = layer.predicate
  const way = { callback, timeout: layer.settings.timeout, what }
  // The `cors` package's functions get their callback second, so the request comes third.
  const asked = what === '`allowOrigin`' ? () => call(origin, request) : (answer) => call(origin, answer, request)
  ask(asked, way, (error, answer) => {
    let said = SAID.FAILED
    if (error === null) {
      try {
        said = meant(answer, origin, what === '`allowOrigin`' ? undefined : compile)
      } catch (reason) {
        error = reason
      }
    }
    done(error, said)
  })
}

/** What the answer of a predicate says. */
function meant (answer, origin, compile) {
  if (answer === true) return SAID.ALLOW
  if (!answer) return SAID.DENY
  if (compile === undefined) throw new TypeError(`corsac: \`allowOrigin\` answers true or false, not ${typeof answer}`)
  // Patterns: what they say of this origin is the answer.
  const { decide, shapes } = compile(answer)
  const { reason } = shapes[decide(origin)]
  return reason === 'origin-allowed' || reason === 'any-origin' ? SAID.ALLOW : SAID.DENY
}

module.exports = { Source, askOrigin }
