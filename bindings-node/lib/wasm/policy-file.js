'use strict'

// A policy file for the WebAssembly module, which reads no files itself. It does the same as the native
// addon's.

const fs = require('node:fs')

/** `PolicyFile` in core explains the reason for each step. */
function policyFileOf (engine) {
  const longest = JSON.parse(engine.facts()).limits.policyFileBytes
  return class PolicyFile {
    #path
    #supplement
    /** The state in which the file was read last, as text; null if the file was missing. */
    #read = null
    /** The file's state at the last check, if the file has not been read in that state yet. */
    #unsettled
    /** The text that is in force; undefined if the last attempt to read it failed. */
    #inForce
    #isUnreadable = false
    #isOpen = false

    constructor (path, hasPredicate, size, seconds) {
      if (typeof path !== 'string' || typeof hasPredicate !== 'boolean') throw new TypeError('corsac: a path and a boolean are expected')
      this.#path = path
      this.#supplement = [hasPredicate, size, seconds]
    }

    read () {
      this.#read = this.#stamp()
      this.#unsettled = undefined
      this.#inForce = undefined
      const { text, ...failure } = this.#text()
      this.#isUnreadable = Object.hasOwn(failure, 'io') && this.#read !== null
      if (text === undefined) return failure
      const compiled = engine.compileFile(this.#path, text, ...this.#supplement)
      if (!Object.hasOwn(compiled, 'error')) {
        this.#inForce = text
        this.#isOpen = true
      }
      return compiled
    }

    async check () {
      if (!this.#isOpen) return {}
      const now = this.#stamp()
      if (this.#isUnreadable && now === this.#read) {
        const outcome = this.read()
        return Object.hasOwn(outcome, 'io') ? {} : outcome
      }
      if (now === this.#read) {
        this.#unsettled = undefined
        return {}
      }
      const before = this.#unsettled
      this.#unsettled = now
      if (before !== now) return {}
      if (this.#inForce !== undefined) {
        const { text } = this.#text()
        if (text !== undefined && Buffer.compare(text, this.#inForce) === 0) {
          this.#read = now
          this.#unsettled = undefined
          return {}
        }
      }
      return this.read()
    }

    /** The facts that distinguish one state of the file from another. */
    #stamp () {
      const stat = fs.statSync(this.#path, { bigint: true, throwIfNoEntry: false })
      return stat === undefined ? null : [stat.mtimeNs, stat.size, stat.dev, stat.ino, stat.ctimeNs].join()
    }

    /**
     * The file's text. If the system could not read it, `io` says why; if it must not be read, `error`
     * says why.
     */
    #text () {
      let file
      try {
        // Opening a device or a pipe has effects, and the path may change before it is opened.
        const before = fs.statSync(this.#path)
        if (specialKind(before) !== undefined) return engine.refusedFile(this.#path, specialKind(before))
        file = fs.openSync(this.#path, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0))
        const stat = fs.fstatSync(file)
        if (specialKind(stat) !== undefined) return engine.refusedFile(this.#path, specialKind(stat))
        if (stat.size > longest) return engine.refusedFile(this.#path, 'too large')
        const text = fs.readFileSync(file)
        return text.length > longest ? engine.refusedFile(this.#path, 'too large') : { text }
      } catch (error) {
        return { io: error.message }
      } finally {
        if (file !== undefined) fs.closeSync(file)
      }
    }
  }
}

/** The kind of a file that must not be read. For a folder, the system has its own error. */
function specialKind (stat) {
  if (stat.isFile() || stat.isDirectory()) return undefined
  if (stat.isFIFO()) return 'pipe'
  return stat.isSocket() ? 'socket' : 'device'
}

module.exports = { policyFileOf }
