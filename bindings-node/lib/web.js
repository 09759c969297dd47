'use strict'

// Answers on the web's `Response`.

const { put } = require('./head.js')

/** Headers of a web request, as Node has them, each read when it is asked for. */
class Lines {
  #headers

  constructor (headers) {
    this.#headers = headers
  }

  get origin () { return this.#get('origin') }
  get 'access-control-request-method' () { return this.#get('access-control-request-method') }
  get 'access-control-request-headers' () { return this.#get('access-control-request-headers') }
  get 'access-control-request-private-network' () { return this.#get('access-control-request-private-network') }
  get host () { return this.#get('host') }
  get 'sec-fetch-site' () { return this.#get('sec-fetch-site') }
  get upgrade () { return this.#get('upgrade') }
  get 'sec-websocket-key' () { return this.#get('sec-websocket-key') }

  #get (name) {
    return this.#headers.get(name) ?? undefined
  }
}

/**
 * What is read of a web request, as Node has it.
 *
 * @param {Request} request its URL has been parsed, so that `.` and `..` are resolved in it
 * @param {import('./request.js').Incoming} [incoming] the request of Node that it was made of, if it is known: its target
 *   is as it was sent
 * @returns {import('./request.js').Incoming}
 */
function read ({ method, url, headers }, incoming) {
  const lines = new Lines(headers)
  if (incoming?.headers !== undefined) {
    const { originalUrl = incoming.url, rawHeaders, socket } = incoming
    return { method, originalUrl, headers: lines, rawHeaders, socket }
  }
  // The path begins at the third slash.
  const start = url.indexOf('/', url.indexOf('//') + 2)
  return { method, url: start < 0 ? '/' : url.slice(start), headers: lines, secure: /^https:/i.test(url) }
}

/** The web's headers with the methods of Node's. */
class Target {
  #headers

  constructor (headers) {
    this.#headers = headers
  }

  getHeader (name) {
    return this.#headers.get(name) ?? undefined
  }

  setHeader (name, value) {
    this.#headers.delete(name)
    for (const line of [value].flat()) this.#headers.append(name, line)
  }

  removeHeader (name) {
    this.#headers.delete(name)
  }
}

/** The status of a response that goes on as another protocol. */
const SWITCHING = 101

/**
 * The response of an answer that is given without the application.
 *
 * @param {Headers} [before] what earlier layers have set already
 */
function answered (answer, pieces, layer, before) {
  const headers = new Headers(before)
  put(new Target(headers), answer, pieces, layer)
  return new Response(answer.body === '' ? null : answer.body, { status: answer.status, headers })
}

/** The application's response with the answer's headers; another one where its own cannot be changed. */
function dressed (response, answer, pieces, layer) {
  // What became a WebSocket is no response any more, in any of the ways in which hosts say so.
  if (response === undefined || response === null || response.status === SWITCHING) return response
  const headers = new Headers(response.headers)
  put(new Target(headers), answer, pieces, layer)
  const { status, statusText } = response
  // Errors and opaque responses have no status that can be given.
  return status === 0 ? response : new Response(response.body, { status, statusText, headers })
}

module.exports = { Target, answered, dressed, read }
