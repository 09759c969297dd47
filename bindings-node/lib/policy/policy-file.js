'use strict'

// A policy file, which the engine reads and checks for changes.

const fs = require('node:fs')
const { fileURLToPath } = require('node:url')
const engine = require('../engine.js')
const { BuiltPolicy } = require('./built-policy.js')
const { decoded } = require('./compiled-policy.js')
const { supplementOf } = require('./predicate-options.js')

/** A path as text, if it is given in bytes. */
function asPath (path) {
  return Buffer.isBuffer(path) ? String(path) : path
}

class PolicyFile {
  /** The path, as text. */
  path
  #file
  #supplement
  /** How often the file was read because `read` was called: what a check began to read before that is older. */
  #reads = 0

  /**
   * @param {string | URL} path
   * @param {object} [supplement] the predicates, which a file cannot hold
   */
  constructor (path, supplement) {
    // A number would be a file descriptor, which has no name that tells the format.
    if (typeof path !== 'string' && !(path instanceof URL)) throw new TypeError('corsac: `path` takes a string or a URL')
    const { hasPredicate, cache } = supplementOf(supplement)
    this.path = path instanceof URL ? fileURLToPath(path) : path
    this.#supplement = { ...supplement }
    this.#file = new engine.PolicyFile(this.path, hasPredicate, cache?.size, cache?.ttl)
  }

  /** @returns {BuiltPolicy} */
  read () {
    this.#reads++
    return this.#built(this.#file.read())
  }

  /** @returns {Promise<BuiltPolicy | undefined>} the new policy, if the file has changed and is no longer being written */
  async check () {
    const reads = this.#reads
    const returned = await this.#file.check()
    if (reads !== this.#reads || Object.keys(returned).length === 0) return undefined
    return this.#built(returned)
  }

  /** @throws {Error} Node's own, if there is nothing at the path: to watch it is most likely a mistake */
  requireFile () {
    fs.statSync(this.path)
  }

  #built (returned) {
    if (Object.hasOwn(returned, 'io')) throw readError(this.path, returned.io)
    // New predicates: requests that wait for an answer under an earlier policy do not wait for this one's.
    return new BuiltPolicy(decoded(returned), supplementOf(this.#supplement).predicates)
  }
}

/** Node's own error, which has a code. Opening does not block, whatever the path has become meanwhile. */
function readError (path, message) {
  let file
  try {
    file = fs.openSync(path, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0))
    fs.readSync(file, Buffer.alloc(1))
  } catch (error) {
    return error
  } finally {
    if (file !== undefined) fs.closeSync(file)
  }
  return new Error(`corsac: ${message}`)
}

module.exports = { PolicyFile, asPath }
