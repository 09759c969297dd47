'use strict'

// Requests of the web platform.

const { ALL_NAMES } = require('./request-headers.js')

/** The headers of a web request as properties, like Node's. Each is looked up when it is read. */
class WebRequestHeaders {
  #headers

  constructor (headers) {
    this.#headers = headers
  }

  static {
    for (const name of ALL_NAMES) {
      // `:authority` is not a valid header name on the web.
      const isHeader = !name.startsWith(':')
      Object.defineProperty(this.prototype, name, { get () { return isHeader ? this.#headers.get(name) ?? undefined : undefined } })
    }
  }
}

/**
 * A web request in the form of Node's requests.
 *
 * @param {Request} request its URL has been parsed, so `.` and `..` in its path are resolved
 * @param {import('./request-fields.js').IncomingRequest} [incoming] Node's request from which it
 * was made, if that is known; it has the target as it was sent
 * @returns {import('./request-fields.js').IncomingRequest}
 */
function readWebRequest ({ method, url, headers }, incoming) {
  const webHeaders = new WebRequestHeaders(headers)
  if (incoming?.headers !== undefined) {
    const { originalUrl = incoming.url, rawHeaders, socket } = incoming
    return { method, originalUrl, headers: webHeaders, rawHeaders, socket }
  }
  // The path begins at the third slash.
  const start = url.indexOf('/', url.indexOf('//') + 2)
  return { method, url: start < 0 ? '/' : url.slice(start), headers: webHeaders, secure: /^https:/i.test(url) }
}

module.exports = { readWebRequest }
