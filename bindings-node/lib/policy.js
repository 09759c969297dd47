'use strict'

const { types } = require('node:util')
const { ASK, FLAGS, compile } = require('./compiled.js')
const { encode, own } = require('./options.js')
const { lines } = require('./lines.js')
const { Built, PolicyFile } = require('./policy-file.js')
const { beside, gather, part } = require('./predicates.js')
const { isSecure } = require('./request.js')
const { TIMEOUT } = require('./settings.js')
const { Upgrades } = require('./upgrades.js')

/** A policy's `{ compiled, predicates, upgrades }`. */
let parts

/** A validated, compiled policy: immutable, and as cheap for a million origins as for one. */
class Policy {
  #compiled
  #predicates
  #lints
  #upgrades

  static {
    parts = (policy) => ({ compiled: policy.#compiled, predicates: policy.#predicates, upgrades: policy.#upgrades })
  }

  constructor (options) {
    const { compiled, predicates } = options instanceof Built ? options : build(options)
    this.#compiled = compiled
    this.#predicates = predicates
    this.#upgrades = new Upgrades(() => ({ compiled, predicates }))
    this.#lints = Object.freeze(compiled.lints.map(Object.freeze))
    for (const lint of this.#lints) warn(lint)
  }

  static fromJson (text, predicates) {
    return new this(read('json', bytes(text), predicates))
  }

  static fromToml (text, predicates) {
    return new this(read('toml', bytes(text), predicates))
  }

  static fromFile (path, predicates) {
    return new this(new PolicyFile(Buffer.isBuffer(path) ? String(path) : path, predicates).read())
  }

  /** So that a policy of another copy of the package is told from options. */
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
    throw new TypeError('corsac: the function that is asked about the origin answers later: write `await policy.evaluateAsync(request)`')
  }

  evaluateAsync (request) {
    return new Promise((resolve) => { this.#evaluate(request, resolve) })
  }

  #evaluate (request, done) {
    const { method, headers, pathDecoded, websocket } = request
    // Node's request may be given as it is: what a framework calls its path lacks what it is mounted at.
    const path = request.originalUrl ?? request.path ?? request.url
    const secure = request.secure ?? isSecure(request)
    if (typeof method !== 'string') throw new TypeError('corsac: `method` takes a string')
    if (typeof (path ?? '') !== 'string') throw new TypeError('corsac: `path` takes a string')
    let flags = 0
    for (const [name, value, flag] of [
      ['secure', secure, FLAGS.SECURE], ['websocket', websocket, FLAGS.WEBSOCKET], ['pathDecoded', pathDecoded, FLAGS.PATH_DECODED]
    ]) {
      if (typeof (value ?? false) !== 'boolean') throw new TypeError(`corsac: \`${name}\` takes true or false`)
      if (value) flags |= flag
    }
    const all = lines(headers)
    const evaluate = (said) => JSON.parse(this.#compiled.evaluate(method, all, path ?? undefined, flags, said))
    const result = evaluate()
    if (Array.isArray(result)) return done(decision(result))
    const index = result === null ? ASK : ASK - 1 - result
    return this.#predicates.ask(index, originOf(all), request, TIMEOUT, (error, said) => {
      const decided = decision(evaluate(said))
      done(error === null ? decided : { ...decided, error })
    })
  }

  forgetAnswers () {
    this.#predicates?.forget()
    this.#compiled.forget()
  }

  attach (server, settings) {
    return this.#upgrades.attach(server, settings)
  }

  verifyUpgrade (request, callback) {
    return this.#upgrades.verify(request, callback)
  }
}

function decision ([action, status, headers, body, reason, reported]) {
  return { action, status, headers, body, reason, reported }
}

/** The origin that is asked about: a well-formed one, so of one line. */
function originOf (all) {
  for (let i = 0; i < all.length; i += 2) {
    if (all[i].length === 6 && all[i].toLowerCase() === 'origin') return all[i + 1]
  }
}

function build (given) {
  const { options, ...limits } = part(own(given))
  const { text, functions } = encode(options)
  const compiled = compile('options', Buffer.from(text), limits)
  return new Built(compiled, gather(functions, options, limits))
}

function read (format, text, given) {
  const { predicates, ...rest } = beside(given)
  return new Built(compile(format, text, rest), predicates)
}

function bytes (text) {
  if (typeof text === 'string') return Buffer.from(text)
  // A copy: shared memory could change while it is read.
  if (types.isUint8Array(text)) return new Uint8Array(text)
  throw new TypeError('corsac: `text` takes a string or a Uint8Array')
}

function warn ({ code, field, line, message, help }) {
  const place = line === null ? field : `${field}, line ${line}`
  process.emitWarning(`${place}: ${message}`, { type: 'CorsacWarning', code, detail: `help: ${help}` })
}

module.exports = { Policy, parts, warn }
