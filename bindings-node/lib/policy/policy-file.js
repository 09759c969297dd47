'use strict'

// A policy file, which the engine reads and checks for changes.

const fs = require('node:fs')
const { fileURLToPath } = require('node:url')
const engine = require('../engine.js')
const { BuiltPolicy } = require('./built-policy.js')
const { decoded } = require('./compiled-policy.js')
const { supplementOf } = require('./predicate-options.js')

/** The path as text, even if it is given in bytes. */
function asPath (path) {
  return Buffer.isBuffer(path) ? String(path) : path
}

class PolicyFile {
  /** The path, as text. */
  path
  #file
  #supplement
  /**
   * How often `read` has read the file. A check that began before the last of these reads has older
   * contents.
   */
  #reads = 0

  /**
   * @param {string | URL} path
   * @param {object} [supplement] the predicates, which a file cannot contain
   */
  constructor (path, supplement) {
    // A number would be a file descriptor, which has no name that shows the format.
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

  /** @throws {Error} Node's own error if there is no file: watching it would most likely be a mistake */
  requireFile () {
    fs.statSync(this.path)
  }

  #built (returned) {
    if (Object.hasOwn(returned, 'io')) throw readError(this.path, returned.io)
    // The predicates are new objects, so that requests that wait for an answer under the earlier policy do
    // not wait for an answer under this one.
    return new BuiltPolicy(decoded(returned), supplementOf(this.#supplement).predicates)
  }
}

/**
 * Gets Node's own error, which has a code. Opening does not block, even if the path has become something
 * else by now.
 */
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
