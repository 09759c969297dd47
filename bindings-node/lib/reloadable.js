'use strict'

// A policy that is swapped while requests run.

const fs = require('node:fs')
const { debuglog } = require('node:util')
const { tell } = require('./hooks.js')
const { Policy, parts } = require('./policy.js')
const { PolicyFile } = require('./policy-file.js')
const { Upgrades } = require('./upgrades.js')

const debug = debuglog('corsac')

/** Milliseconds between two looks at a file. */
const INTERVAL = 1000
const [SHORTEST, LONGEST] = [10, 0x7fffffff]

/** How handshakes are judged by a reloadable policy. */
let upgradesOf

/** Holds a policy that can be swapped at any time. A request is decided by the one that it met first. */
class Reloadable {
  #policy
  #file
  #watch
  #upgrades = new Upgrades(() => parts(this.#policy), true)

  static {
    upgradesOf = (reloadable) => reloadable.#upgrades
  }

  constructor (policy) {
    if (!(policy instanceof Policy)) throw new TypeError('corsac: a Reloadable holds a Policy: write `new Reloadable(new Policy(options))`')
    this.#policy = policy
  }

  static fromFile (path, predicates) {
    const file = new PolicyFile(path, predicates)
    const reloadable = new this(new Policy(file.read()))
    reloadable.#file = file
    return reloadable
  }

  /** So that one of another copy of the package is told from options. */
  get [Symbol.toStringTag] () {
    return 'Reloadable'
  }

  get policy () {
    return this.#policy
  }

  swap (policy) {
    if (!(policy instanceof Policy)) throw new TypeError('corsac: `swap` takes a Policy')
    this.#upgrades.check(parts(policy))
    const before = this.#policy
    this.#policy = policy
    return before
  }

  reload () {
    const policy = new Policy(this.#fileFor('reload').read())
    this.swap(policy)
    return policy
  }

  watch ({ interval = INTERVAL, onReload, onError, ...rest } = {}) {
    const file = this.#fileFor('watch')
    const [unknown] = Object.keys(rest)
    if (unknown !== undefined) throw new TypeError(`corsac: there is no setting \`${unknown}\` of watching: it takes interval, onReload and onError`)
    if (!(typeof interval === 'number' && interval >= SHORTEST && interval <= LONGEST)) {
      throw new TypeError(`corsac: \`interval\` takes milliseconds, ${SHORTEST} or more`)
    }
    for (const [name, call] of Object.entries({ onReload, onError })) {
      if (call !== undefined && typeof call !== 'function') throw new TypeError(`corsac: \`${name}\` takes a function`)
    }
    if (this.#watch !== undefined) throw new Error('corsac: the file is being watched: `close()` ends that')
    // One that is not there can hardly be the one that was meant.
    fs.statSync(file.name)
    const watch = { timer: undefined, onReload, onError, hasFailed: false }
    this.#watch = watch
    const again = () => {
      watch.timer = setTimeout(() => this.#look(file, watch).then(() => { if (this.#watch === watch) again() }), interval).unref()
    }
    again()
    return this
  }

  close () {
    clearTimeout(this.#watch?.timer)
    this.#watch = undefined
  }

  async #look (file, watch) {
    try {
      const found = await file.look()
      if (found === undefined || this.#watch !== watch) return
      const policy = new Policy(found)
      this.swap(policy)
      debug('%s: the policy was read again', file.name)
      // As visible as the failure was: who was warned hears that it is over.
      if (watch.hasFailed && watch.onError === undefined) {
        process.emitWarning(`${file.name} is in force again`, { type: 'CorsacWarning', code: 'CORSAC_RELOAD' })
      }
      watch.hasFailed = false
      tell('onReload', watch.onReload, policy)
    } catch (error) {
      if (this.#watch !== watch) return
      watch.hasFailed = true
      if (watch.onError !== undefined) return tell('onError', watch.onError, error)
      process.emitWarning(`the policy before stays in force: ${error.message}`, { type: 'CorsacWarning', code: 'CORSAC_RELOAD' })
    }
  }

  attach (server, settings) {
    return this.#upgrades.attach(server, settings)
  }

  verifyUpgrade (request, callback) {
    return this.#upgrades.verify(request, callback)
  }

  #fileFor (what) {
    if (this.#file === undefined) throw new TypeError(`corsac: there is no file to ${what}: write \`Reloadable.fromFile(path)\``)
    return this.#file
  }
}

module.exports = { Reloadable, upgradesOf }
