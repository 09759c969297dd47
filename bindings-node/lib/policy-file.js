'use strict'

// A policy's file, which the addon opens and reads, and looks at again.

const fs = require('node:fs')
const { fileURLToPath } = require('node:url')
const { received } = require('./compiled.js')
const { addon } = require('./native.js')
const { beside } = require('./predicates.js')

/** A compiled policy and its predicates: what `new Policy` gets from `fromJson` and its like. */
class Built {
  // Fields, which no setter on a prototype can take.
  compiled
  predicates

  constructor (compiled, predicates) {
    this.compiled = compiled
    this.predicates = predicates
  }
}

class PolicyFile {
  /** As text. */
  name
  #native
  #given
  /** How often it has been read on purpose: what was looked at before that is older. */
  #count = 0

  /**
   * @param {string | URL} path
   * @param {object} [given] the predicates, which no file can hold
   */
  constructor (path, given) {
    // A number would be a file descriptor, which has no name to tell the format by.
    if (typeof path !== 'string' && !(path instanceof URL)) throw new TypeError('corsac: `path` takes a string or a URL')
    const { predicate, cache } = beside(given)
    this.name = path instanceof URL ? fileURLToPath(path) : path
    this.#given = { ...given }
    this.#native = new addon.File(this.name, predicate, cache?.size, cache?.ttl)
  }

  /** @returns {Built} */
  read () {
    this.#count++
    return this.#built(this.#native.reload())
  }

  /** @returns {Promise<Built | undefined>} the new policy, if the file has changed and settled */
  async look () {
    const count = this.#count
    const found = await this.#native.look()
    if (count !== this.#count || Object.keys(found).length === 0) return undefined
    return this.#built(found)
  }

  #built (found) {
    if (Object.hasOwn(found, 'io')) throw unreadable(this.name, found.io)
    // Its functions are asked anew: what an earlier policy waits for is not this one's.
    return new Built(received(found), beside(this.#given).predicates)
  }
}

/** Node's own error, which has a code. Nothing here waits, whatever the path has become meanwhile. */
function unreadable (name, message) {
  let file
  try {
    file = fs.openSync(name, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0))
    fs.readSync(file, Buffer.alloc(1))
  } catch (error) {
    return error
  } finally {
    if (file !== undefined) fs.closeSync(file)
  }
  return new Error(`corsac: ${message}`)
}

module.exports = { Built, PolicyFile }
