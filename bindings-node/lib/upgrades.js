'use strict'

// WebSocket handshakes, which never pass a middleware: they are judged where Node's server gives them out.

const { STATUS_CODES } = require('node:http')
const { answerAt, object, text } = require('./answers.js')
const { judge } = require('./decide.js')
const { Layer } = require('./layer.js')
const { readHandshake } = require('./request.js')
const { TIMEOUT, checked } = require('./settings.js')

/** Milliseconds that a client has to read why it was refused. */
const LINGER = 1000

/** How the handshakes of one policy are judged, whichever policy that is at the time. */
class Upgrades {
  #parts
  #isReloadable
  #servers = new WeakSet()
  #isAttached = false
  #isDemanded = false
  #verifying

  /**
   * @param {() => { compiled: import('./compiled.js').Compiled, predicates?: import('./predicates.js').Predicates }} parts
   *   those of the policy that is in force
   */
  constructor (parts, isReloadable = false) {
    this.#parts = parts
    this.#isReloadable = isReloadable
  }

  /** Throws where a policy refuses handshakes that nobody puts to it. */
  demandGuard () {
    this.#isDemanded = true
    this.check(this.#parts())
  }

  /** The same for a policy that is to be put in force. */
  check ({ compiled }) {
    if (this.#isDemanded && !this.#isAttached && compiled.websockets) throw unguarded()
  }

  /** The error of a request whose server gives handshakes out past the policy. */
  complaint (request, layer) {
    const server = serverOf(request)
    if (server === undefined || this.#servers.has(server)) return undefined
    if (givesOut(server)) return elsewhere()
    // Of HTTP/2 it is known when the client has acknowledged it: an error would be one on some requests only.
    if (request.stream?.session?.localSettings?.enableConnectProtocol === true) {
      layer.once('elsewhere', 'CORSAC_WEBSOCKETS_ELSEWHERE', elsewhere().message)
    }
    return undefined
  }

  attach (server, settings = {}) {
    if (typeof server?.emit !== 'function') throw new TypeError('corsac: `attach` takes a server: `policy.attach(http.createServer(app))`')
    if (!this.#isReloadable && !this.#parts().compiled.websockets) throw unprotected()
    const layers = this.#layers(checked(settings))
    if (!this.#servers.has(server)) wrap(server, layers)
    this.#servers.add(server)
    this.#isAttached = true
    return server
  }

  verify (request, callback) {
    if (typeof request?.headers !== 'object') throw new TypeError('corsac: `verifyUpgrade` takes the request: `policy.verifyUpgrade(request)`')
    this.#verifying ??= this.#layers({ timeout: TIMEOUT })
    const layer = this.#verifying()
    if (!layer.compiled.websockets && !this.#isReloadable) {
      layer.once('off', 'CORSAC_WEBSOCKETS_OFF', unprotected().message)
    }
    let allowed
    const giveUp = handshake(layer, request, request, (answer) => {
      allowed = !answer.responds
      callback?.(null, allowed)
    })
    if (callback !== undefined) return
    if (allowed !== undefined) return allowed
    giveUp()
    layer.once('later', 'CORSAC_ANSWERS_LATER', 'a handshake was refused, as the function that is asked about its origin answers later',
      'write `policy.verifyUpgrade(request, (error, allowed) => …)`')
    return false
  }

  #layers (settings) {
    let layer
    return () => {
      const { compiled, predicates } = this.#parts()
      if (layer?.compiled !== compiled) layer = new Layer(compiled, settings, predicates)
      return layer
    }
  }
}

/** @returns {(() => void) | undefined} gives a function up that has not answered yet */
function handshake (layer, request, host, done) {
  const pieces = readHandshake(request)
  const finish = (index) => {
    const answer = answerAt(layer.compiled, index)
    layer.watch(answer, pieces, request, host)
    done(answer, pieces)
  }
  const index = judge(layer, pieces)
  if (index >= 0) return finish(index)
  return layer.predicates.ask(index, pieces.origin, host, layer.settings.timeout, (error, said) => {
    if (error !== null) layer.failed(error)
    finish(judge(layer, pieces, said))
  })
}

/** Sees to it that the server's listeners hear of no handshake that is refused. */
function wrap (server, layers) {
  const { emit } = server
  server.emit = function guardedEmit (event, ...values) {
    if (event === 'upgrade') return guard(layers, values[0], values[0], values[1], refuse, () => emit.call(this, event, ...values))
    // Extended CONNECT (RFC 8441).
    if (event === 'stream' && String(values[1]?.[':protocol'] ?? '').toLowerCase() === 'websocket') {
      const [stream, headers] = values
      const request = {
        method: headers[':method'], url: headers[':path'], headers, secure: stream.session?.encrypted === true, stream
      }
      return guard(layers, request, request, stream, refuseStream, () => emit.call(this, event, ...values))
    }
    return emit.call(this, event, ...values)
  }
}

/** The server that a request came to, where there is one. */
function serverOf (request) {
  try {
    const server = request.socket?.server
    return typeof server?.listeners === 'function' ? server : undefined
  } catch {
    // HTTP/2, where the session has ended meanwhile.
    return undefined
  }
}

/** Whether a server that is not attached has anybody to give handshakes to. */
function givesOut (server) {
  // Fastify listens on each address of `localhost` with another server, which hands on to the first.
  return server.listenerCount('upgrade') > 0 && server.listeners('upgrade').some(({ name }) => name !== 'bound guardedEmit')
}

/** As `emit`: whether there are listeners, which hear of it at once or later. */
function guard (layers, request, host, socket, refuse, go) {
  let isLate = false
  let heard = true
  // Who listens for errors is not known before it is known who gets the socket.
  socket.on('error', ignore)
  handshake(layers(), request, host, (answer, pieces) => {
    if (answer.responds) return refuse(socket, answer, pieces)
    // Its error may be yet to come.
    if (isLate && socket.destroyed) return
    socket.off('error', ignore)
    heard = go()
  })
  isLate = true
  return heard
}

function ignore () {}

function refuse (socket, answer, pieces) {
  const lines = answer.headers.flatMap(({ name, value }) => [text(value, pieces)].flat().map((line) => `${name}: ${line}`))
  const { body, status } = answer
  socket.end([
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, `Content-Length: ${Buffer.byteLength(body)}`, 'Connection: close', '', body
  ].join('\r\n'))
  // What else the client sends is read, or closing would take the answer from it; but not for ever.
  socket.resume()
  const timer = setTimeout(() => socket.destroy(), LINGER)
  socket.on('end', () => socket.destroy())
  socket.on('close', () => clearTimeout(timer))
}

function refuseStream (stream, answer, pieces) {
  if (stream.destroyed) return
  stream.respond({ ':status': answer.status, ...object(answer, pieces) })
  stream.end(answer.body)
}

/** The error where handshakes are refused that nobody puts to the policy. */
function unguarded (make = '') {
  const error = new Error('corsac: the policy refuses WebSocket handshakes, which never pass a middleware: write ' +
    `\`${make}policy.attach(server)\` before \`cors(policy)\`; or, where you put each handshake to ` +
    '`policy.verifyUpgrade(request)` yourself, `cors(policy, { verifiesUpgrades: true })`')
  error.code = 'ERR_CORSAC_WEBSOCKETS'
  return error
}

/** The same on one server, where another is attached. */
function elsewhere () {
  const error = new Error('corsac: the policy refuses WebSocket handshakes, and is not attached to the server that this request came to, ' +
    'which gives them out: write `policy.attach(server)` for each server, before it listens; or, where you put each handshake to ' +
    '`policy.verifyUpgrade(request)` yourself, `cors(policy, { verifiesUpgrades: true })`')
  error.code = 'ERR_CORSAC_WEBSOCKETS'
  return error
}

function unprotected () {
  const error = new Error('corsac: the policy lets every WebSocket handshake pass: write `protection: { websockets: \'reject\' }`')
  error.code = 'ERR_CORSAC_WEBSOCKETS'
  return error
}

module.exports = { Upgrades, unguarded }
