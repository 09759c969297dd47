'use strict'

// One instance of the module. After a trap its memory can be in any state, so it is never called again.

const { InputBuffer } = require('./input-buffer.js')

/**
 * The exports of the module. Lengths are in bytes, and are negative if there is no string. A text that a call
 * makes stays in the module until the next call.
 *
 * @typedef {Record<string, Function> & { memory: WebAssembly.Memory, reserve: (size: number) => number }} Exports
 */

const decoder = new TextDecoder()

class Instance {
  /** Why the module panicked, if it did. */
  panic = undefined

  /** @param {WebAssembly.Module} module */
  constructor (module) {
    const host = {
      now: () => performance.now(),
      panicked: (address, length) => { this.panic = this.#text(address, length) }
    }
    /** @type {Exports} */
    this.exports = new WebAssembly.Instance(module, { host }).exports
    this.input = new InputBuffer(this.exports)
    this.exports.start()
  }

  /** The text that the last call made. */
  output () {
    return this.#text(this.exports.output(), this.exports.output_length())
  }

  #text (address, length) {
    // Addresses are unsigned.
    return decoder.decode(new Uint8Array(this.exports.memory.buffer, address >>> 0, length >>> 0))
  }
}

module.exports = { Instance }
