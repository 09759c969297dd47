'use strict'

// Applications in this process as servers. Each kind of application gets a request in its own way.

const http = require('node:http')
const { once } = require('node:events')
const { sendOverNetwork } = require('./network.js')
const { within } = require('./reply.js')

const NAME = 'the application'

/**
 * A listener of Node's servers, such as an Express application, or a server. It listens on the
 * local machine while it serves a request.
 */
async function sendToServer (server, request, timeout) {
  if (server.listening) return sendOverNetwork(request, timeout, addressOf(server))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    return await sendOverNetwork(request, timeout, addressOf(server))
  } finally {
    server.closeAllConnections?.()
    await new Promise((resolve) => server.close(resolve))
  }
}

function sendToListener (listener, request, timeout) {
  return sendToServer(http.createServer(listener), request, timeout)
}

function addressOf (server) {
  const { address, port } = server.address()
  const host = address === '::' || address === '0.0.0.0' ? 'localhost' : address
  return { host, port }
}

/** Fastify. */
function sendToFastify (app, { method, url, headers, body }, timeout) {
  const { pathname, search } = new URL(url)
  return within(timeout, NAME, async (reply) => {
    const payload = body.length > 0 ? { payload: body } : {}
    const response = await app.inject({ method, url: pathname + search, headers: joined(headers), ...payload })
    reply.chunks.push(response.rawPayload)
    reply.start(response.statusCode, linesOf(response.headers))
  })
}

/** A function of the web's `Request` that returns its `Response`: Hono's `fetch`, a route handler of Next.js. */
function sendToHandler (handler, { method, url, headers, body }, timeout) {
  return within(timeout, NAME, async (reply, signal) => {
    const request = new Request(url, { method, headers, signal, ...(body.length > 0 ? { body, duplex: 'half' } : {}) })
    const response = await handler(request)
    if (typeof response?.headers?.entries !== 'function') {
      throw new TypeError('corsac: the handler returned no Response: a listener of Node\'s servers takes a request and a response')
    }
    reply.start(response.status, [...response.headers.entries()])
    const reader = reply.isEndless ? undefined : response.body?.getReader()
    for (let read = await reader?.read(); read !== undefined && !read.done; read = await reader.read()) reply.chunks.push(read.value)
  })
}

/** Headers as an object. Repeated headers are joined. */
function joined (headers) {
  const object = {}
  for (const [name, value] of headers) object[name] = Object.hasOwn(object, name) ? `${object[name]}, ${value}` : value
  return object
}

/** The header lines of an object in which repeated headers are lists. */
function linesOf (headers) {
  return Object.entries(headers).flatMap(([name, value]) => [value].flat().map((line) => [name, String(line)]))
}

module.exports = { addressOf, linesOf, sendToFastify, sendToHandler, sendToListener, sendToServer }
