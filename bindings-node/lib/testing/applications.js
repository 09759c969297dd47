'use strict'

// Applications in this process as servers. Each kind of application gets a request in its own way.

const http = require('node:http')
const { once } = require('node:events')
const { Server: SecureServer } = require('node:tls')
const { sendOverNetwork } = require('./network.js')
const { NoReplyError, within } = require('./reply.js')

const NAME = 'the application'

/** A server of the test. If it is not listening, the request is passed to it as if it had arrived there. */
function sendToServer (server, request, timeout) {
  if (server.listening) return sendOverNetwork(request, timeout, addressOf(server))
  return sendToListener((...values) => server.emit('request', ...values), request, timeout)
}

/** A listener of Node's servers, such as Express. A separate server listens on this machine for the request. */
async function sendToListener (listener, request, timeout) {
  const server = http.createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    return await sendOverNetwork(request, timeout, addressOf(server))
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

/** The address of a server, and its scheme. */
function addressOf (server) {
  const { address, port } = server.address()
  const host = address === '::' || address === '0.0.0.0' ? 'localhost' : address
  return { protocol: server instanceof SecureServer ? 'https:' : 'http:', host, port }
}

/** Fastify. */
function sendToFastify (app, { method, url, headers, body }, timeout) {
  const { pathname, search } = new URL(url)
  return within(timeout, NAME, async (reply, signal) => {
    const payload = body.length > 0 ? { payload: body } : {}
    const response = await app.inject({ method, url: pathname + search, headers: joined(headers), payloadAsStream: true, ...payload })
    reply.start(response.statusCode, linesOf(response.headers))
    const stream = response.stream()
    const stop = () => stream.destroy()
    signal.addEventListener('abort', stop)
    if (signal.aborted || reply.isEndless) return stop()
    for await (const chunk of stream) if (!reply.takes(chunk)) return
  })
}

/** A function of the web's `Request` that returns its `Response`: Hono's `fetch`, a route handler of Next.js. */
function sendToHandler (handler, { method, url, headers, body }, timeout) {
  return within(timeout, NAME, async (reply, signal) => {
    const request = new Request(url, { method, headers, signal, ...(body.length > 0 ? { body, duplex: 'half' } : {}) })
    const response = await handler(request)
    if (typeof response?.headers?.entries !== 'function') {
      throw new TypeError('corsac: the handler returned no Response; if it is a listener of Node\'s servers, ' +
        'it needs two parameters, the request and the response')
    }
    if (response.type === 'error') throw new NoReplyError('connection', 'the handler returned Response.error()')
    reply.start(response.status, [...response.headers.entries()])
    const reader = response.body?.getReader()
    if (reader === undefined) return
    // The producer of the rest of a body is stopped once nobody reads it.
    const cancel = () => { reader.cancel().catch(() => {}) }
    signal.addEventListener('abort', cancel)
    if (signal.aborted || reply.isEndless) return cancel()
    for (let read = await reader.read(); !read.done && reply.takes(read.value); read = await reader.read());
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
