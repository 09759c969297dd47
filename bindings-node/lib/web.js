'use strict'

// Answers on the web's `Response`.

const { put } = require('./head.js')

/** What is read of a web request, as Node has it. */
function read ({ method, url, headers }) {
  const get = (name) => headers.get(name) ?? undefined
  return {
    method,
    url,
    headers: {
      origin: get('origin'),
      'access-control-request-method': get('access-control-request-method'),
      'access-control-request-headers': get('access-control-request-headers'),
      'access-control-request-private-network': get('access-control-request-private-network')
    }
  }
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

/** The response of an answer that is given without the application. */
function answered (answer, pieces, layer) {
  const headers = new Headers()
  put(new Target(headers), answer, pieces, layer)
  return new Response(answer.body === '' ? null : answer.body, { status: answer.status, headers })
}

/** The application's response with the answer's headers; another one where its own cannot be changed. */
function dressed (response, answer, pieces, layer) {
  const headers = new Headers(response.headers)
  put(new Target(headers), answer, pieces, layer)
  const { status, statusText } = response
  // Errors and opaque responses have no status that can be given.
  return status === 0 ? response : new Response(response.body, { status, statusText, headers })
}

module.exports = { Target, answered, dressed, read }
