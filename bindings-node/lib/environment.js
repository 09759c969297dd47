'use strict'

/**
 * The value of an environment variable. Deno refuses it if the program has no permission to read it.
 *
 * @returns {string | undefined}
 */
function environment (name) {
  try {
    return process.env[name]
  } catch {
    return undefined
  }
}

module.exports = { environment }
