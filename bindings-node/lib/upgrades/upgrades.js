'use strict'

// Whether something checks the WebSocket handshakes of a policy. The code that checks them is loaded when it is needed for the first
// time, since most programs have no WebSockets.

/** The handshakes of one policy, or of the policy that a reloadable has in force. */
class Upgrades {
  #inForce
  #isReloadable
  #needsAttach = false
  /** @type {import('./handshakes.js').Handshakes | undefined} */
  #handshakes

  /**
   * @param {() => { compiled: import('../policy/compiled-policy.js').CompiledPolicy,
   *   predicates?: import('../decide/predicates.js').Predicates }} inForce the policy that is in force
   */
  constructor (inForce, isReloadable = false) {
    this.#inForce = inForce
    this.#isReloadable = isReloadable
  }

  /** Makes it an error, from now on, if the policy checks handshakes but nothing passes them to it. */
  requireAttach () {
    this.#needsAttach = true
    this.checkAttached(this.#inForce())
  }

  /** Checks the same for a policy before it is put in force. */
  checkAttached ({ compiled }) {
    if (!this.#needsAttach || !compiled.guardsWebSockets || this.#handshakes?.isAttached) return
    throw require('./errors.js').missingAttachError()
  }

  /**
   * The error for a request whose server does not pass its handshakes to the policy.
   *
   * @param {import('../decide/reports.js').Reports} reports
   */
  unattachedError (request, reports) {
    return this.#loaded().unattachedError(request, reports)
  }

  attach (server, settings) {
    return this.#loaded().attach(server, settings)
  }

  verify (request, callback) {
    return this.#loaded().verify(request, callback)
  }

  #loaded () {
    if (this.#handshakes === undefined) {
      const { Handshakes } = require('./handshakes.js')
      this.#handshakes = new Handshakes(this.#inForce, this.#isReloadable)
    }
    return this.#handshakes
  }
}

module.exports = { Upgrades }
