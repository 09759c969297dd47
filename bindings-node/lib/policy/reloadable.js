'use strict'

const { facts } = require('../engine.js')
const { debug, warn } = require('../runtime.js')
const { notify } = require('../decide/observer.js')
const { Upgrades } = require('../upgrades/upgrades.js')
const { LONGEST_TIMER } = require('./middleware-settings.js')
const { Policy, internalsOf } = require('./policy.js')

/** Milliseconds between two checks of a watched file. */
const INTERVAL = 1000
const SHORTEST_INTERVAL = facts.limits.watchInterval

/** The function with which the rest of this package reads a reloadable's upgrades, which check its handshakes. */
let upgradesOf

/** Holds a policy that can be swapped at any time. Each request is decided by the policy that was in force when it came. */
class Reloadable {
  #policy
  #file
  #watch
  #upgrades = new Upgrades(() => internalsOf(this.#policy), true)

  static {
    upgradesOf = (reloadable) => reloadable.#upgrades
  }

  constructor (policy) {
    if (!(policy instanceof Policy)) throw new TypeError('corsac: a Reloadable holds a Policy: write `new Reloadable(new Policy(options))`')
    this.#policy = policy
  }

  static fromFile (path, supplement) {
    const { PolicyFile } = require('./policy-file.js')
    const file = new PolicyFile(path, supplement)
    const reloadable = new this(new Policy(file.read()))
    reloadable.#file = file
    return reloadable
  }

  /**
   * Shows that an object is a reloadable, and not options, even if it comes from another copy of
   * the package.
   */
  get [Symbol.toStringTag] () {
    return 'Reloadable'
  }

  get policy () {
    return this.#policy
  }

  swap (policy) {
    if (!(policy instanceof Policy)) throw new TypeError('corsac: `swap` takes a Policy')
    this.#upgrades.checkAttached(internalsOf(policy))
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
    if (unknown !== undefined) throw new TypeError(`corsac: \`${unknown}\` is not a setting of \`watch\`, whose settings are interval, onReload and onError`)
    if (!(typeof interval === 'number' && interval >= SHORTEST_INTERVAL && interval <= LONGEST_TIMER)) {
      throw new TypeError(`corsac: \`interval\` takes milliseconds, ${SHORTEST_INTERVAL} or more`)
    }
    for (const [name, observer] of Object.entries({ onReload, onError })) {
      if (observer !== undefined && typeof observer !== 'function') throw new TypeError(`corsac: \`${name}\` takes a function`)
    }
    if (this.#watch !== undefined) throw new Error('corsac: the file is already being watched: end that watch with `close()`')
    file.requireFile()
    const watch = { timer: undefined, onReload, onError, hasFailed: false }
    this.#watch = watch
    const schedule = () => {
      watch.timer = setTimeout(() => this.#check(file, watch).then(() => { if (this.#watch === watch) schedule() }), interval).unref()
    }
    schedule()
    return this
  }

  close () {
    clearTimeout(this.#watch?.timer)
    this.#watch = undefined
  }

  async #check (file, watch) {
    try {
      const built = await file.check()
      if (built === undefined || this.#watch !== watch) return
      const policy = new Policy(built)
      this.swap(policy)
      debug('%s: the policy was read again', file.path)
      // There was a warning about the failure, so there is one about its end as well.
      if (watch.hasFailed && watch.onError === undefined) warn(`${file.path} is in force again`, { code: 'CORSAC_RELOAD' })
      watch.hasFailed = false
      notify('onReload', watch.onReload, policy)
    } catch (error) {
      if (this.#watch !== watch) return
      watch.hasFailed = true
      if (watch.onError !== undefined) return notify('onError', watch.onError, error)
      warn(`the previous policy stays in force: ${error.message}`, { code: 'CORSAC_RELOAD' })
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
