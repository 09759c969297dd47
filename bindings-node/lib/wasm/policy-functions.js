'use strict'

// The functions of one policy in the module. If the instance in which the policy was compiled has
// trapped, they compile it again in the next instance.

const { integer, string, unitsOf } = require('./arguments.js')

/**
 * The source from which a policy is compiled.
 *
 * @typedef {object} PolicySource
 * @property {number} format
 * @property {string} [path] the path of the file, whose name shows the format
 * @property {Uint8Array} text
 * @property {number} hasPredicate
 * @property {number} size of the cache of answers
 * @property {number} seconds NaN if there is no cache
 */

/**
 * How many units of a field are read beyond its limit, so that a value that was cut is still too
 * long. A character may have two units.
 */
const ROOM = 16
const NO_ANSWER = -1
/**
 * The index of the template for requests on which there is no decision. The module has no template
 * with this index.
 */
const ENGINE_FAILED = 2 ** 31 - 1
const NOT_A_LINE = 'corsac: a line has to be a string'

/** Drops a policy from the module once JavaScript cannot reach it any more. Few runtimes lack the registry. */
const registry = typeof FinalizationRegistry === 'undefined'
  ? undefined
  : new FinalizationRegistry(({ engine, instance, number }) => {
    if (engine.instance === instance) engine.enter(({ exports }) => exports.drop_policy(number))
  })

class PolicyFunctions {
  #engine
  #source
  #facts
  #number
  #instance
  #asksPredicate
  #readsPath
  #limits

  /**
   * @param {import('./engine.js').WasmEngine} engine
   * @param {PolicySource} source
   * @param {{ number: number, text: string, instance: import('./instance.js').Instance }} compiled
   */
  constructor (engine, source, compiled) {
    this.#engine = engine
    this.#source = source
    this.#facts = compiled.text
    const [, asksPredicate, hasRoutes] = JSON.parse(compiled.text)
    this.#asksPredicate = asksPredicate
    this.#readsPath = hasRoutes
    this.#limits = limitsOf(engine)
    this.#keep(compiled)
  }

  #keep ({ number, instance }) {
    this.#number = number
    this.#instance = instance
    registry?.unregister(this)
    registry?.register(this, { engine: this.#engine, instance, number }, this)
  }

  /** Compiles the policy in the current instance, unless it is already there. */
  #current () {
    if (this.#engine.instance === this.#instance) return
    const compiled = this.#engine.compiled(this.#source)
    if (compiled.number < 0) throw new Error('the policy could not be compiled again')
    this.#keep(compiled)
  }

  /** Refuses a request for which the module trapped. */
  #failed (error) {
    this.#engine.failed(error)
    return ENGINE_FAILED
  }

  /** The result of asking a predicate, in the form for the module. */
  #answerNumber (answer) {
    if (answer === undefined || !this.#asksPredicate) return NO_ANSWER
    if (!(integer(answer) >= 0)) throw new TypeError('corsac: no such answer of a predicate')
    return answer
  }

  decide (origin, path, answer) {
    const limits = this.#limits
    if (!this.#readsPath) path = undefined
    const units = unitsOf(origin, limits.origin) + unitsOf(path, limits.path)
    const number = this.#answerNumber(answer)
    try {
      this.#current()
      const { exports, input } = this.#instance
      input.begin(units)
      return exports.decide(this.#number, add(input, origin, limits.origin), add(input, path, limits.path), number)
    } catch (error) {
      return this.#failed(error)
    }
  }

  decidePreflight (origin, method, headers, privateNetwork, path, answer) {
    const limits = this.#limits
    if (!this.#readsPath) path = undefined
    const units = unitsOf(origin, limits.origin) + unitsOf(path, limits.path) + unitsOf(method, limits.method) +
      unitsOf(headers, limits.requestedHeaders) + unitsOf(privateNetwork, limits.flag)
    const number = this.#answerNumber(answer)
    try {
      this.#current()
      const { exports, input } = this.#instance
      input.begin(units)
      return exports.decide_preflight(
        this.#number, add(input, origin, limits.origin), add(input, path, limits.path), add(input, method, limits.method),
        add(input, headers, limits.requestedHeaders), add(input, privateNetwork, limits.flag), number
      )
    } catch (error) {
      return this.#failed(error)
    }
  }

  decideProtected (method, flags, origin, path, host, site, upgrade, key, answer) {
    const limits = this.#limits
    if (!this.#readsPath) path = undefined
    string(method)
    // These two are read whole, however long they are.
    const units = unitsOf(site, Infinity) + unitsOf(upgrade, Infinity) + unitsOf(origin, limits.origin) + unitsOf(path, limits.path) +
      unitsOf(method, limits.method) + unitsOf(host, limits.origin) + unitsOf(key, limits.flag)
    const [bits, number] = [integer(flags), this.#answerNumber(answer)]
    try {
      this.#current()
      const { exports, input } = this.#instance
      input.begin(units)
      const index = exports.decide_protected(
        this.#number, add(input, origin, limits.origin), add(input, path, limits.path), add(input, method, limits.method),
        add(input, host, limits.origin), add(input, site, Infinity), add(input, upgrade, Infinity), add(input, key, limits.flag), bits, number
      )
      input.shrink()
      return index
    } catch (error) {
      return this.#failed(error)
    }
  }

  evaluate (method, lines, path, flags, answer) {
    const units = string(method).length + unitsOf(path ?? undefined, Infinity) + unitsOfLines(lines)
    const [bits, number] = [integer(flags), this.#answerNumber(answer)]
    this.#current()
    return this.#engine.text(({ exports, input }) => {
      input.begin(units)
      const pathLength = add(input, path ?? undefined, Infinity)
      const methodLength = input.add(method)
      return exports.evaluate(this.#number, pathLength, methodLength, addLines(input, lines), bits, number)
    })
  }

  template (index) {
    if (integer(index) === ENGINE_FAILED) return this.#limits.engineFailure
    this.#current()
    return this.#engine.text(({ exports }) => exports.template(this.#number, index))
  }

  explain (format, text) {
    this.#current()
    return this.#engine.explained(format, text, ({ exports }, number, length) => exports.explain(this.#number, number, length))
  }

  debugDecision (index, method, lines, path) {
    return this.#debug(index, method, lines, path, [], (exports, ...given) => exports.debug_decision(...given))
  }

  debugResponse (index, method, lines, path, status, headers) {
    const number = integer(status)
    return this.#debug(index, method, lines, path, headers, (exports, policy, template, methodLength, linesLength, pathLength, headersLength) =>
      exports.debug_response(policy, template, methodLength, linesLength, pathLength, number, headersLength))
  }

  /** A block to print, null if there is nothing new. */
  #debug (index, method, lines, path, headers, call) {
    // The failure has been reported already, and the policy did not cause it.
    if (integer(index) === ENGINE_FAILED) return null
    const units = string(method).length + string(path).length + unitsOfLines(lines) + unitsOfLines(headers)
    this.#current()
    const block = this.#engine.text(({ exports, input }) => {
      input.begin(units)
      return call(
        exports, this.#number, index, input.add(method), addLines(input, lines), input.add(path), addLines(input, headers)
      )
    })
    return block === '' ? null : block
  }

  forgetAnswers () {
    this.#current()
    this.#engine.enter(({ exports }) => exports.forget_answers(this.#number))
  }

  /**
   * The same object that the native addon returns for a policy. Its functions can be called
   * without the object.
   */
  object () {
    const policy = this
    return {
      facts: this.#facts,
      decide: function decide (origin, path, answer) {
        return policy.decide(origin, path, answer)
      },
      decidePreflight: function decidePreflight (origin, method, headers, privateNetwork, path, answer) {
        return policy.decidePreflight(origin, method, headers, privateNetwork, path, answer)
      },
      decideProtected: function decideProtected (method, flags, origin, path, host, site, upgrade, key, answer) {
        return policy.decideProtected(method, flags, origin, path, host, site, upgrade, key, answer)
      },
      template: (index) => this.template(index),
      forgetAnswers: () => this.forgetAnswers(),
      debugDecision: (index, method, lines, path) => this.debugDecision(index, method, lines, path),
      debugResponse: (index, method, lines, path, status, headers) => this.debugResponse(index, method, lines, path, status, headers),
      explain: (format, text) => this.explain(format, text),
      evaluate: (method, lines, path, flags, answer) => this.evaluate(method, lines, path, flags, answer)
    }
  }
}

/** How many units are read of each field, and the template of a failure. */
function limitsOf (engine) {
  if (engine.limits === undefined) {
    const { engineFailure, limits: { origin, method, path, requestedHeaders } } = JSON.parse(engine.facts())
    engine.limits = {
      engineFailure: JSON.stringify(engineFailure),
      origin: origin + ROOM,
      method: method + ROOM,
      path: path + ROOM,
      requestedHeaders: requestedHeaders + ROOM,
      flag: ROOM
    }
  }
  return engine.limits
}

/** How many UTF-16 units the header lines have. Names and values alternate. */
function unitsOfLines (lines) {
  if (!Array.isArray(lines)) throw new TypeError(NOT_A_LINE)
  let units = 0
  for (let i = 0; i < lines.length; i++) {
    if (typeof lines[i] !== 'string') throw new TypeError(NOT_A_LINE)
    // Two more units leave space for a line's length.
    units += lines[i].length + 2
  }
  return units
}

/** @returns {number} how many bytes the lines have, with the length of each before it */
function addLines (input, lines) {
  let length = 0
  for (const line of lines) length += input.addWithLength(line)
  return length
}

function add (input, value, most) {
  if (value === undefined) return -1
  return input.add(value.length > most ? value.slice(0, most) : value)
}

module.exports = { PolicyFunctions }
