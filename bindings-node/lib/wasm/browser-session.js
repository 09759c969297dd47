'use strict'

// A browser that says what it sends next: the same as the native addon's. The module remembers nothing of it: what was answered
// is kept here, so that a trap does not end it.

/** @param {import('./engine.js').WasmEngine} engine */
function browserSessionOf (engine) {
  return class BrowserSession {
    #start
    #answers = []
    /** What the engine says about the answers so far. */
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
