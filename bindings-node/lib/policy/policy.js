'use strict'

const { types, warn } = require('../runtime.js')
const { explainBy } = require('../explain/diagnose.js')
const { headerLines } = require('../request/header-lines.js')
const { isSecure } = require('../request/request-fields.js')
const { Upgrades } = require('../upgrades/upgrades.js')
const { BuiltPolicy } = require('./built-policy.js')
const { ASK, REQUEST_FLAGS, compile } = require('./compiled-policy.js')
const { TIMEOUT } = require('./middleware-settings.js')
const { encode, ownSettings } = require('./options-encoder.js')
const { predicatesOf, separateLimits, supplementOf } = require('./predicate-options.js')

/** The function with which the rest of this package reads a policy's `{ compiled, predicates, upgrades }`. */
let internalsOf

/** A validated, compiled policy: immutable, and as cheap for a million origins as for one. */
class Policy {
  #compiled
  #predicates
  #lints
  #upgrades

  static {
    internalsOf = (policy) => ({ compiled: policy.#compiled, predicates: policy.#predicates, upgrades: policy.#upgrades })
  }

  constructor (options) {
    const { compiled, predicates } = options instanceof BuiltPolicy ? options : buildFromOptions(options)
    this.#compiled = compiled
    this.#predicates = predicates
    this.#upgrades = new Upgrades(() => ({ compiled, predicates }))
    this.#lints = Object.freeze(compiled.lints.map(Object.freeze))
    for (const lint of this.#lints) warnOfLint(lint)
  }

  static fromJson (text, supplement) {
    return new this(buildFromText('json', checkedText(text), supplement))
  }

  static fromToml (text, supplement) {
    return new this(buildFromText('toml', checkedText(text), supplement))
  }

  static fromFile (path, supplement) {
    const { PolicyFile, asPath } = require('./policy-file.js')
    return new this(new PolicyFile(asPath(path), supplement).read())
  }

  /**
   * Shows that an object is a policy, and not options, even if it comes from another copy of the
   * package.
   */
  get [Symbol.toStringTag] () {
    return 'Policy'
  }

  get lints () {
    return this.#lints
  }

  evaluate (request) {
    let decided
    const giveUp = this.#evaluate(request, (decision) => { decided = decision })
    if (decided !== undefined) return decided
    giveUp()
    throw new TypeError('corsac: the function that is asked about the origin is asynchronous: write `await policy.evaluateAsync(request)`')
  }

  evaluateAsync (request) {
    return new Promise((resolve) => { this.#evaluate(request, resolve) })
  }

  #evaluate (request, done) {
    const { method, headers, pathDecoded, websocket } = request
    // Node's request can be passed as it is. `originalUrl` comes first, since frameworks remove the
    // path of a mount from `url`.
    const path = request.originalUrl ?? request.path ?? request.url
    const secure = request.secure ?? isSecure(request)
    if (typeof method !== 'string') throw new TypeError('corsac: `method` takes a string')
    if (typeof (path ?? '') !== 'string') throw new TypeError('corsac: `path` takes a string')
    let flags = 0
    for (const [name, value, flag] of [
      ['secure', secure, REQUEST_FLAGS.SECURE],
      ['websocket', websocket, REQUEST_FLAGS.WEBSOCKET],
      ['pathDecoded', pathDecoded, REQUEST_FLAGS.PATH_DECODED]
    ]) {
      if (typeof (value ?? false) !== 'boolean') throw new TypeError(`corsac: \`${name}\` takes true or false`)
      if (value) flags |= flag
    }
    const lines = headerLines(headers)
    const evaluate = (predicateAnswer) => JSON.parse(this.#compiled.evaluate(method, lines, path ?? undefined, flags, predicateAnswer))
    const result = evaluate()
    if (result.length !== QUESTION_LENGTH) return done(decisionOf(result))
    const [route, origin] = result
    const index = route === null ? ASK : ASK - 1 - route
    return this.#predicates.ask(index, origin, request, TIMEOUT, (error, predicateAnswer) => {
      const decision = decisionOf(evaluate(predicateAnswer))
      done(error === null ? decision : { ...decision, error })
    })
  }

  explain (exchange) {
    return explainBy(this.#compiled.explain, exchange)
  }

  forgetAnswers () {
    this.#predicates?.forget()
    this.#compiled.forgetAnswers()
  }

  attach (server, settings) {
    return this.#upgrades.attach(server, settings)
  }

  verifyUpgrade (request, callback) {
    return this.#upgrades.verify(request, callback)
  }
}

/**
 * If a predicate has to be asked, the engine returns a list of two elements: the route and the
 * origin.
 */
const QUESTION_LENGTH = 2

function decisionOf ([action, status, headers, body, reason, reported]) {
  return { action, status, headers, body, reason, reported }
}

function buildFromOptions (given) {
  const { options, ...limits } = separateLimits(ownSettings(given))
  const { text, functions } = encode(options)
  const compiled = compile('options', text, limits)
  return new BuiltPolicy(compiled, predicatesOf(functions, options, limits))
}

function buildFromText (format, text, given) {
  const { predicates, ...supplement } = supplementOf(given)
  return new BuiltPolicy(compile(format, text, supplement), predicates)
}

function checkedText (text) {
  if (typeof text === 'string' || types.isUint8Array(text)) return text
  throw new TypeError('corsac: `text` takes a string or a Uint8Array')
}

function warnOfLint ({ code, field, line, message, help }) {
  const place = line === null ? field : `${field}, line ${line}`
  warn(`${place}: ${message}`, { code, detail: `help: ${help}` })
}

module.exports = { Policy, internalsOf, warnOfLint }
