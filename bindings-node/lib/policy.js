'use strict'

const fs = require('node:fs')
const { fileURLToPath } = require('node:url')
const { types } = require('node:util')
const { compile } = require('./compiled.js')
const { encode } = require('./options.js')
const { lines } = require('./lines.js')

/** What the constructor gets from `fromJson` and its like. */
class Source {
  // Fields, which no setter on a prototype can take.
  format
  text
  name

  constructor (format, text, name) {
    this.format = format
    this.text = text
    this.name = name
  }
}

let compiled

/** A validated, compiled policy: immutable, and as cheap for a million origins as for one. */
class Policy {
  #compiled
  #lints

  static {
    compiled = (policy) => policy.#compiled
  }

  constructor (options) {
    const source = options instanceof Source ? options : new Source('options', Buffer.from(encode(options)))
    this.#compiled = compile(source.format, source.text, source.name)
    // Ignoring the function would answer without it.
    if (this.#compiled.predicate) throw new TypeError('corsac: a Policy asks no function; list the origins')
    this.#lints = Object.freeze(this.#compiled.lints.map(Object.freeze))
    for (const lint of this.#lints) warn(lint)
  }

  static fromJson (text) {
    return new this(new Source('json', bytes(text)))
  }

  static fromToml (text) {
    return new this(new Source('toml', bytes(text)))
  }

  static fromFile (path) {
    // A number would be a file descriptor, which has no name to tell the format by.
    if (typeof path === 'number') throw new TypeError('corsac: `path` takes a string or a URL')
    const text = fs.readFileSync(path)
    return new this(new Source('file', text, path instanceof URL ? fileURLToPath(path) : String(path)))
  }

  /** So that a policy of another copy of the package is told from options. */
  get [Symbol.toStringTag] () {
    return 'Policy'
  }

  get lints () {
    return this.#lints
  }

  evaluate ({ method, headers, path }) {
    if (typeof method !== 'string') throw new TypeError('corsac: `method` takes a string')
    if (typeof (path ?? '') !== 'string') throw new TypeError('corsac: `path` takes a string')
    const json = this.#compiled.evaluate(method, path ?? undefined, lines(headers))
    const [action, status, list, body, reason, reported] = JSON.parse(json)
    return { action, status, headers: list, body, reason, reported }
  }
}

function bytes (text) {
  if (typeof text === 'string') return Buffer.from(text)
  // A copy: shared memory could change while it is read.
  if (types.isUint8Array(text)) return new Uint8Array(text)
  throw new TypeError('corsac: `text` takes a string or a Uint8Array')
}

function warn ({ code, field, message, help }) {
  process.emitWarning(`${field}: ${message}`, { type: 'CorsacWarning', code, detail: `help: ${help}` })
}

module.exports = { Policy, compiled, warn }
