'use strict'

// A server on the network, or one in this process that listens on a port.

const http = require('node:http')
const https = require('node:https')
const { NoReplyError, within } = require('./reply.js')

/**
 * Codes of Node's errors, by the kinds of errors that browsers distinguish. All other codes are errors of
 * the connection.
 */
const DNS = /^(ENOTFOUND|EAI_)/
const TLS = /CERT|TLS|SSL|EPROTO|UNABLE_TO/

/**
 * Sends one request over a connection of its own. It does not follow redirects, because the browser does
 * that.
 *
 * @param {import('./reply.js').SentRequest} request
 * @param {number} timeout milliseconds
 * @param {{ protocol: string, host: string, port: number }} [at] the address at which the server listens, if it differs
 * from that of the URL
 */
async function sendOverNetwork (request, timeout, at) {
  const name = new URL(request.url).host
  try {
    return await within(timeout, name, (reply, signal) => exchange(request, reply, signal, at))
  } catch (error) {
    if (error instanceof NoReplyError) throw error
    throw new NoReplyError(causeOf(error), `no response from ${name}: ${error.message}`, { cause: error })
  }
}

function causeOf ({ code = '' }) {
  if (DNS.test(code)) return 'dns'
  return TLS.test(code) ? 'tls' : 'connection'
}

function exchange ({ method, url, headers, body }, reply, signal, at) {
  const { protocol, hostname, port, pathname, search } = new URL(url)
  const { request } = (at?.protocol ?? protocol) === 'https:' ? https : http
  const address = at ?? { host: hostname.replace(/^\[|\]$/g, ''), port }
  // The certificate of a server in the test's own process need not be checked.
  const rejectUnauthorized = at === undefined
  return new Promise((resolve, reject) => {
    const sent = request({ ...address, method, path: pathname + search, headers: headers.flat(), agent: false, signal, rejectUnauthorized })
    sent.on('error', reject)
    sent.on('response', (response) => {
      reply.start(response.statusCode, pairsOf(response.rawHeaders))
      if (reply.isEndless) return resolve()
      response.on('data', (chunk) => { if (!reply.takes(chunk)) resolve() })
      response.on('error', reject)
      response.on('end', resolve)
    })
    sent.end(body)
  })
}

/** Makes pairs of the names and values that alternate in Node's list. */
function pairsOf (lines) {
  return lines.flatMap((name, index) => index % 2 === 0 ? [[name, lines[index + 1]]] : [])
}

module.exports = { pairsOf, sendOverNetwork }
