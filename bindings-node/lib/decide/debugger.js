'use strict'

// The output of a middleware on standard error and in responses, while its server is developed.
// The engine writes the blocks, and says which of them are new.

const { facts } = require('../engine.js')
const { ALL_NAMES } = require('../request/request-headers.js')
const { WITHOUT_ORIGIN } = require('../request/request-fields.js')
const { print } = require('../runtime.js')

/** Middlewares whose predecessors have already been printed. */
const CHECKED = new WeakSet()

class Debugger {
  /** The requests of pages, each under the object with its fields, which exists until the response is sent. */
  #asked = new WeakMap()

  /**
   * Prints a decision if it is new.
   *
   * @param {import('../response/response-template.js').ResponseTemplate} template
   * @param {import('../request/request-fields.js').CorsFields} fields
   * @param {import('../request/request-fields.js').IncomingRequest} request
   */
  decided (template, fields, { method, originalUrl, url, headers }) {
    if (fields === WITHOUT_ORIGIN) return
    const asked = [method, linesOf(headers), originalUrl ?? url ?? '']
    this.#asked.set(fields, asked)
    this.#print(template.compiled.debugDecision(template.index, ...asked))
  }

  /**
   * Prints a response if something about it is new, and adds the reason to it.
   *
   * @param {import('../response/apply.js').ResponseHeaders & { lines: () => string[] }} headers all headers of the response, after
   *   the decision was applied
   */
  applied (template, fields, headers, status) {
    const asked = this.#asked.get(fields)
    if (asked !== undefined) this.#print(template.compiled.debugResponse(template.index, ...asked, status, headers.lines()))
    headers.append(facts.serverTiming, template.serverTiming)
  }

  /**
   * Prints once which parts of the application run before a middleware.
   *
   * @param {Function} middleware
   * @param {() => { middlewares: string[], routes: string[] }} findOthers
   */
  checkOrder (middleware, findOthers) {
    if (CHECKED.has(middleware)) return
    CHECKED.add(middleware)
    const { middlewares, routes } = findOthers()
    if (middlewares.length > 0) {
      const run = middlewares.length > 1 ? 'run' : 'runs'
      print(`corsac: ${middlewares.join(', ')} ${run} before corsac: a response that does not pass through corsac, such as a 401, has no ` +
        'CORS headers, so a browser reports a CORS error instead\n  help: use corsac before all other middleware\n')
    }
    if (routes.length > 0) {
      const [come, their] = routes.length > 1 ? ['come', 'their'] : ['comes', 'its']
      print(`corsac: ${routes.join(', ')} ${come} before corsac, so ${their} responses have no CORS headers\n` +
        '  help: use corsac before all routes\n')
    }
  }

  #print (block) {
    if (block !== null) print(block)
  }
}

/** The header lines of a request that policies read: names and values alternate. */
function linesOf (headers) {
  return ALL_NAMES.flatMap((name) => headers[name] === undefined ? [] : [name, [headers[name]].flat().join(', ')])
}

module.exports = { Debugger }
