'use strict'

/** A policy that is refused, with every issue that was found in it. */
class ConfigError extends Error {
  /**
   * @param {string} message all issues, each with its fix
   * @param {readonly import('../..').Issue[]} issues
   */
  constructor (message, issues) {
    super(message)
    this.code = 'ERR_CORSAC_CONFIG'
    this.issues = issues
  }
}

// The name is on the prototype, as in the errors of the language itself.
Object.defineProperty(ConfigError.prototype, 'name', { value: 'ConfigError', configurable: true, writable: true })

module.exports = { ConfigError }
