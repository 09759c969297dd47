'use strict'

// How a browser handles an exchange: the engine's explanation as an object, with names in camelCase.

/** The name of the method that `util.inspect` calls. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom')

class Explanation {
  #json
  #text

  /**
   * @param {string} json the engine's explanation, in snake_case
   * @param {string} text the explanation for people
   */
  constructor (json, text) {
    this.#json = json
    this.#text = text
    Object.assign(this, inCamelCase(JSON.parse(json)))
    Object.freeze(this)
  }

  toJSON () {
    return JSON.parse(this.#json)
  }

  toString () {
    return this.#text
  }

  [INSPECT] () {
    const codes = this.findings.map(({ code }) => code).join(', ')
    return `Explanation { ${this.verdict}${codes && `: ${codes}`} }`
  }
}

/** An exchange that cannot be read, with every problem that was found in it. */
class ExchangeError extends Error {
  /**
   * @param {string} message all problems, each with what to write instead
   * @param {readonly import('../..').ExchangeProblem[]} problems
   */
  constructor (message, problems) {
    super(message)
    this.code = 'ERR_CORSAC_EXCHANGE'
    this.problems = problems
  }
}

Object.defineProperty(ExchangeError.prototype, 'name', { value: 'ExchangeError', configurable: true, writable: true })

/**
 * The same value, frozen and with the names of its fields in camelCase. Headers are lists of pairs,
 * so their names are not changed.
 */
function inCamelCase (value) {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return Object.freeze(value.map(inCamelCase))
  const fields = Object.entries(value).map(([name, field]) => [camelCase(name), inCamelCase(field)])
  return Object.freeze(Object.fromEntries(fields))
}

function camelCase (name) {
  return name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase())
}

/**
 * Makes an object from the engine's result, or throws the error that the result contains.
 *
 * @param {[json: string | null, text: string, problems?: [path: string, message: string, help: string][]]} returned the explanation and
 *   its text, or null, a message and problems
 */
function explanationOf ([json, text, problems]) {
  if (json !== null) return new Explanation(json, text)
  throw new ExchangeError(text, problems.map(([path, message, help]) => ({ path, message, help })))
}

module.exports = { ExchangeError, Explanation, explanationOf }
