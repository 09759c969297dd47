'use strict'

// Sends real requests to a real server, and reads the responses line by line.

const { once } = require('node:events')
const http = require('node:http')
const net = require('node:net')
const { setTimeout: wait } = require('node:timers/promises')

const ORIGIN = 'https://app.example.com'
const OTHER = 'https://evil.example.net'

/** The headers of a preflight. */
const preflight = (origin = ORIGIN, method = 'PUT', headers) => ({
  origin,
  'access-control-request-method': method,
  ...(headers && { 'access-control-request-headers': headers })
})

/** Starts a server for a test. */
async function listen (t, server) {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections?.()
  })
  return server.address().port
}

/**
 * @param {number} port
 * @param {object} [options] of `http.request`
 * @returns {Promise<{ status: number, message: string, headers: Record<string, string[]>, body: string }>}
 */
async function send (port, { body, module = http, ...options } = {}) {
  const request = module.request({ host: '127.0.0.1', port, agent: false, ...options })
  request.end(body)
  const [response] = await once(request, 'response')
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) text += chunk
  const headers = {}
  for (let i = 0; i < response.rawHeaders.length; i += 2) {
    const name = response.rawHeaders[i].toLowerCase()
    ;(headers[name] ??= []).push(response.rawHeaders[i + 1])
  }
  return { status: response.statusCode, message: response.statusMessage, headers, body: text }
}

/** A server's response to a handshake. It is complete if the server ends the connection. */
async function shake (port, headers = {}, { path = '/', method = 'GET', more = '' } = {}) {
  const socket = net.connect(port, '127.0.0.1').on('error', () => {})
  const all = {
    Host: `127.0.0.1:${port}`, Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==', ...headers
  }
  const lines = Object.entries(all).filter(([, value]) => value !== undefined).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${more}`)
  let text = ''
  socket.setEncoding('latin1').on('data', (data) => { text += data })
  const closed = once(socket, 'close').then(() => true)
  while (!text.includes('\r\n\r\n')) if (await Promise.race([closed, once(socket, 'data').then(() => false, () => true)])) break
  if (!text.includes(' 101 ')) await Promise.race([closed, wait(3000)])
  socket.destroy()
  return text
}

/** The CORS headers of a response, and its `vary`: a header that occurs once is a string. */
function cors ({ headers }) {
  const entries = Object.entries(headers).filter(([name]) => name === 'vary' || name.startsWith('access-control-'))
  return Object.fromEntries(entries.map(([name, lines]) => [name.replace('access-control-', ''), lines.length === 1 ? lines[0] : lines]))
}

module.exports = { ORIGIN, OTHER, cors, listen, preflight, send, shake }
