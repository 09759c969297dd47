'use strict'

// Writes the strings of a call into the memory of the module, one after the other, in UTF-8.

const encoder = new TextEncoder()

/** The most bytes that one UTF-16 unit needs in UTF-8. */
const LONGEST_CHARACTER = 3
/** A buffer that is longer than this is freed after the call. */
const KEPT = 128 * 1024
/** Up to this length a loop in JavaScript is faster than `TextEncoder`. */
const SHORT = 64

class InputBuffer {
  #exports
  #address = 0
  #capacity = 0
  #bytes = new Uint8Array(0)
  #end = 0

  /** @param {import('./instance.js').Exports} exports */
  constructor (exports) {
    this.#exports = exports
  }

  /** Begins a call whose strings have at most this many UTF-16 units. */
  begin (units) {
    const needed = units * LONGEST_CHARACTER
    if (needed > this.#capacity) this.#reserve(Math.max(needed, KEPT))
    // The memory has moved if it has grown.
    if (this.#bytes.length === 0) this.#bytes = new Uint8Array(this.#exports.memory.buffer)
    this.#end = this.#address
  }

  /** Frees the memory that an unusually long call has needed. */
  shrink () {
    if (this.#capacity > KEPT) this.#reserve(KEPT)
  }

  #reserve (size) {
    this.#capacity = 0
    this.#address = this.#exports.reserve(size) >>> 0
    this.#capacity = size
    this.#bytes = new Uint8Array(this.#exports.memory.buffer)
  }

  /** @returns {number} how many bytes the string has */
  add (text) {
    const bytes = this.#bytes
    const start = this.#end
    const length = text.length
    if (length <= SHORT) {
      let at = 0
      for (; at < length; at++) {
        const unit = text.charCodeAt(at)
        if (unit > 0x7f) break
        bytes[start + at] = unit
      }
      if (at === length) {
        this.#end = start + length
        return length
      }
    }
    const { written } = encoder.encodeInto(text, bytes.subarray(start, start + length * LONGEST_CHARACTER))
    this.#end = start + written
    return written
  }

  /** @param {Uint8Array} bytes */
  addBytes (bytes) {
    this.#bytes.set(bytes, this.#end)
    this.#end += bytes.length
    return bytes.length
  }

  /** A string with its length before it, as four bytes. */
  addWithLength (text) {
    return this.#withLength(() => this.add(text))
  }

  /** @param {Uint8Array} bytes */
  addBytesWithLength (bytes) {
    return this.#withLength(() => this.addBytes(bytes))
  }

  #withLength (add) {
    const at = this.#end
    this.#end += 4
    const length = add()
    for (let byte = 0; byte < 4; byte++) this.#bytes[at + byte] = length >>> (8 * byte)
    return 4 + length
  }
}

module.exports = { InputBuffer }
