'use strict'

// The engine as a WebAssembly module, with the functions of the native addon.

const { warn } = require('../runtime.js')
const { browserSessionOf } = require('./browser-session.js')
const { Instance } = require('./instance.js')
const { PolicyFunctions } = require('./policy-functions.js')
const { integer, string } = require('./arguments.js')

/** The formats, in the order of the module's numbers. */
const FORMATS = ['options', 'middleware-options', 'request-options', 'json', 'toml']
const FILE_KINDS = ['pipe', 'socket', 'device', 'too large']
const EXCHANGE_FORMATS = ['json', 'encoded', 'captured']
/** A number that no format has. The module refuses it. */
const NO_FORMAT = 255
const CODE = 'ERR_CORSAC_ENGINE'
/** The maximum number of different traps about which corsac warns. */
const MOST_WARNINGS = 20

/** The results of the module's `compile` if there is no policy. */
const REFUSED = -1

class WasmEngine {
  #module
  #instance
  #warned = new Set()

  /** @param {WebAssembly.Module} module */
  constructor (module) {
    this.#module = module
  }

  /**
   * Calls the module. If it traps, the call throws, so that the request is refused, and later calls get a new
   * instance.
   *
   * @template R
   * @param {(instance: Instance) => R} run throws only if the module traps
   * @returns {R}
   */
  enter (run) {
    try {
      this.#instance ??= new Instance(this.#module)
      return run(this.#instance)
    } catch (error) {
      throw this.failed(error)
    }
  }

  /** The instance that runs now, undefined before the first call and after a trap. */
  get instance () {
    return this.#instance
  }

  /** Drops the instance after a trap, reports it, and makes the error that the caller gets. */
  failed (error) {
    // A call inside this one has already reported the trap.
    if (error?.code === CODE) return error
    const message = `the engine failed: ${this.#instance?.panic ?? error}`
    this.#instance = undefined
    if (!this.#warned.has(message) && this.#warned.size < MOST_WARNINGS) {
      this.#warned.add(message)
      warn(message, { code: 'CORSAC_ENGINE', detail: 'the request is refused, and the next one gets a new engine; please report this' })
    }
    return Object.assign(new Error(`corsac: ${message}`, { cause: error }), { code: CODE })
  }

  /** The text that a call to the module makes. If the module reports an error, this throws an exception with that message. */
  text (run) {
    let isText
    const text = this.enter((instance) => {
      isText = run(instance)
      const output = instance.output()
      instance.input.shrink()
      return output
    })
    if (!isText) throw new TypeError(text)
    return text
  }

  /**
   * Compiles a policy in the instance that runs now.
   *
   * @param {import('./policy-functions.js').PolicySource} source
   * @returns {{ number: number, text: string, instance: Instance }} `number` is negative if there is no policy
   */
  compiled ({ format, path, text, hasPredicate, size, seconds }) {
    return this.enter((instance) => {
      const { exports, input } = instance
      input.begin(text.length + (path?.length ?? 0))
      const pathLength = path === undefined ? -1 : input.add(path)
      const length = input.addBytes(text)
      const number = exports.compile(format, pathLength, length, hasPredicate, size, seconds)
      const output = instance.output()
      input.shrink()
      return { number, text: output, instance }
    })
  }

  compile (format, text, hasPredicate, size, seconds) {
    if (!ArrayBuffer.isView(text)) throw new TypeError('corsac: a text has to be bytes')
    const number = FORMATS.indexOf(format)
    if (number < 0) throw new TypeError(`corsac: no format \`${String(format)}\``)
    return this.#object({ format: number, text: text.slice(), ...supplement(hasPredicate, size, seconds) })
  }

  /** Compiles the text of a file, whose name shows the format. */
  compileFile (path, text, hasPredicate, size, seconds) {
    return this.#object({ format: NO_FORMAT, path, text, ...supplement(hasPredicate, size, seconds) })
  }

  /** The reason why a file is not read, in the same form as the error of a refused policy. */
  refusedFile (path, kind) {
    return {
      error: this.text(({ exports, input }) => {
        input.begin(path.length)
        return exports.refused_file(input.add(path), FILE_KINDS.indexOf(kind))
      })
    }
  }

  #object (source) {
    const compiled = this.compiled(source)
    if (compiled.number >= 0) return new PolicyFunctions(this, source, compiled).object()
    if (compiled.number === REFUSED) return { error: compiled.text }
    throw new TypeError(compiled.text)
  }

  diagnose (format, text) {
    return this.explained(format, text, ({ exports }, number, length) => exports.diagnose(number, length))
  }

  explained (format, text, explain) {
    if (!ArrayBuffer.isView(text)) throw new TypeError('corsac: an exchange has to be bytes')
    const number = EXCHANGE_FORMATS.indexOf(format)
    return this.text((instance) => {
      instance.input.begin(text.length)
      return explain(instance, number < 0 ? NO_FORMAT : number, instance.input.addBytes(text))
    })
  }

  /**
   * What a simulated browser does after these answers to its requests.
   *
   * @param {Uint8Array} exchange JSON
   * @param {Uint8Array[]} answers JSON
   * @returns {[request: string | null, exchange: string]} its next request, null if it has finished, and the exchange so far
   */
  browserSession (exchange, answers) {
    return JSON.parse(this.text(({ exports, input }) => {
      // The length of each answer comes before it, in four bytes.
      input.begin(answers.reduce((sum, answer) => sum + answer.length + 4, exchange.length))
      const exchangeLength = input.addBytes(exchange)
      let length = 0
      for (const answer of answers) length += input.addBytesWithLength(answer)
      return exports.browser_session(exchangeLength, length)
    }))
  }

  facts () {
    return this.text(({ exports }) => exports.facts())
  }

  version () {
    return this.text(({ exports }) => exports.version())
  }

  printable (text) {
    string(text)
    return this.text(({ exports, input }) => {
      input.begin(text.length)
      return exports.printable(input.add(text))
    })
  }

  /** A question about a string, which a function of the module answers with yes or no. */
  asks (functionOf, text) {
    string(text)
    return this.enter(({ exports, input }) => {
      input.begin(text.length)
      return functionOf(exports)(input.add(text)) !== 0
    })
  }
}

function supplement (hasPredicate, size, seconds) {
  const hasCache = size !== undefined && seconds !== undefined
  // NaN means that there is no cache, so a given time that is not a number becomes 0, which is refused as too short.
  return { hasPredicate: hasPredicate ? 1 : 0, size: hasCache ? integer(size) : 0, seconds: hasCache ? Number(seconds) || 0 : NaN }
}

/**
 * The engine with the functions of the native addon.
 *
 * @param {WebAssembly.Module} module
 */
function createEngine (module) {
  const engine = new WasmEngine(module)
  return {
    BrowserSession: browserSessionOf(engine),
    compile: engine.compile.bind(engine),
    compileFile: engine.compileFile.bind(engine),
    diagnose: engine.diagnose.bind(engine),
    facts: engine.facts.bind(engine),
    // These runtimes have no environment to read; `node-engine.js` replaces this function.
    isDebugRequested: (setting = false) => setting,
    isDebugValue: (value) => engine.asks((exports) => exports.is_debug_value, value),
    isWebSocket: (protocol) => engine.asks((exports) => exports.is_web_socket, protocol),
    refusedFile: engine.refusedFile.bind(engine),
    printable: engine.printable.bind(engine),
    version: engine.version.bind(engine)
  }
}

module.exports = { createEngine }
