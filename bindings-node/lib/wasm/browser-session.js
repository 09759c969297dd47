'use strict'

// A simulated browser that says which request it sends next, like the native addon's. The answers
// are kept here and not in the module, so that a trap does not end the session.

/** @param {import('./engine.js').WasmEngine} engine */
function browserSessionOf (engine) {
  return class BrowserSession {
    #start
    #answers = []
    /** The engine's result for the answers so far. */
    #now

    /** @param {Uint8Array} exchange JSON */
    constructor (exchange) {
      if (!ArrayBuffer.isView(exchange)) throw new TypeError('corsac: an exchange has to be bytes')
      this.#start = exchange.slice()
      this.#now = engine.browserSession(this.#start, this.#answers)
    }

    /** The next request as JSON; null if the browser has finished. */
    nextRequest () {
      return this.#now[0]
    }

    /** @param {Uint8Array} answer JSON */
    respond (answer) {
      if (!ArrayBuffer.isView(answer)) throw new TypeError('corsac: an answer has to be bytes')
      const answers = [...this.#answers, answer.slice()]
      this.#now = engine.browserSession(this.#start, answers)
      this.#answers = answers
    }

    /** The exchange so far, without its secrets, as JSON. */
    exchange () {
      return this.#now[1]
    }
  }
}

module.exports = { browserSessionOf }
