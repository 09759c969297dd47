'use strict'

// Turns the value that a test gives as its server into an object that answers requests.

const { addressOf, sendToFastify, sendToHandler, sendToListener, sendToServer } = require('./applications.js')
const { sendOverNetwork } = require('./network.js')

/**
 * The address of an application that is called in the same process. It is https, so that pages that were loaded over
 * https may request it.
 */
const APPLICATION_URL = 'https://testserver'

/**
 * @typedef {object} Server
 * @property {string} baseUrl
 * @property {boolean} isOnNetwork whether requests to other origins can be sent too
 * @property {(request: import('./reply.js').SentRequest, timeout: number) => Promise<import('./reply.js').Reply>} send
 */

/**
 * @param {unknown} given an application, a server, or a URL
 * @param {string} [baseUrl] its address in the browser
 * @returns {Server}
 */
function serverOf (given, baseUrl) {
  if (typeof given === 'string' || given instanceof URL) {
    return { baseUrl: checkedUrl(baseUrl ?? String(given)), isOnNetwork: true, send: sendOverNetwork }
  }
  const send = sendTo(given)
  return { baseUrl: checkedUrl(baseUrl ?? urlOf(given)), isOnNetwork: false, send }
}

function sendTo (given) {
  const bound = (send, target) => (request, timeout) => send(target, request, timeout)
  if (typeof given?.inject === 'function' && typeof given.ready === 'function') return bound(sendToFastify, given)
  if (typeof given?.getHttpServer === 'function') return bound(sendToServer, given.getHttpServer())
  if (typeof given?.listen === 'function' && typeof given.address === 'function') return bound(sendToServer, given)
  if (typeof given?.fetch === 'function') return bound(sendToHandler, (request) => given.fetch(request))
  if (typeof given?.callback === 'function') return bound(sendToListener, given.callback())
  if (typeof given === 'function') return bound(given.length >= 2 ? sendToFunction : sendToHandler, given)
  throw new TypeError('corsac: a server is an application (Express, Connect, Koa, NestJS, Fastify, Hono), a listener or a server ' +
    'of node:http, a function from Request to Response, or a URL')
}

/** A function of two arguments, which is treated as a listener, although a handler of the web may also have a second
 * argument. */
async function sendToFunction (listener, request, timeout) {
  try {
    return await sendToListener(listener, request, timeout)
  } catch (error) {
    if (error.error === 'timeout') error.message += '; if it returns a Response, pass `(request) => handler(request, context)`'
    throw error
  }
}

/** A server that listens has its own address. */
function urlOf (given) {
  const server = typeof given?.getHttpServer === 'function' ? given.getHttpServer() : given
  if (server?.listening !== true || typeof server.address !== 'function') return APPLICATION_URL
  const { protocol, host, port } = addressOf(server)
  return `${protocol}//${host.includes(':') ? `[${host}]` : host}:${port}`
}

function checkedUrl (text) {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new TypeError(`corsac: \`${text}\` is not the URL of a server`)
  }
  return text
}

module.exports = { APPLICATION_URL, serverOf }
