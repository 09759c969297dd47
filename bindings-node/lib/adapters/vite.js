'use strict'

// A plugin of Vite: its dev server and its preview server respond under the policy, as the server in production does.

const path = require('node:path')
const { cors } = require('./connect.js')
const { Reloadable } = require('../policy/reloadable.js')

const NAME = 'corsac'
/** Milliseconds between two checks of the policy's file. */
const INTERVAL = 200

module.exports = function corsac (given, settings) {
  /** How Vite prints, and the folder from which paths are read. */
  let resolved

  return {
    name: NAME,
    apply: 'serve',
    /** Vite's own headers would be replaced by the policy's, but Vite would also answer the preflights. */
    config () {
      return { server: { cors: false }, preview: { cors: false } }
    },
    configResolved (config) {
      resolved = config
    },
    configureServer (server) {
      serve(server, given, settings, resolved, server.ws)
    },
    configurePreviewServer (server) {
      serve(server, given, settings, resolved)
    }
  }
}

/**
 * Puts the policy in front of what a server of Vite does.
 *
 * @param {string | URL | unknown} given the path of a policy file, or what the middleware takes
 * @param {{ root: string, logger: object }} config paths are read from `root`
 * @param {object} [socket] Vite's connection to the pages
 * @throws {ConfigError} a server with a wrong policy does not start
 */
function serve (server, given, settings, { root, logger }, socket) {
  const isFile = typeof given === 'string' || given instanceof URL
  const file = typeof given === 'string' ? path.resolve(root, given) : given
  const policies = isFile ? Reloadable.fromFile(file) : given
  // Vite judges the handshakes of its own WebSocket by a token.
  server.middlewares.use(cors(policies, { verifiesUpgrades: true, ...settings }))
  if (!isFile) return
  watch(policies, logger, socket && new Overlay(socket, String(file)))
  server.httpServer?.once('close', () => policies.close())
}

function watch (policies, logger, overlay) {
  policies.watch({
    interval: INTERVAL,
    onReload () {
      logger.info('corsac: the policy was read again', { timestamp: true })
      overlay?.hide()
    },
    onError (error) {
      logger.error(`corsac: the policy before stays in force: ${error.message}`, { timestamp: true })
      overlay?.show(error)
    }
  })
}

/** What Vite shows over a page, while the policy's file is wrong. */
class Overlay {
  #socket
  #file
  #message

  constructor (socket, file) {
    this.#socket = socket
    this.#file = file
    // A page that is loaded in the meantime shows it as well.
    this.#socket.on('connection', () => {
      if (this.#message !== undefined) this.#socket.send(this.#message)
    })
  }

  show ({ message }) {
    this.#message = { type: 'error', err: { message, stack: '', id: this.#file, plugin: NAME } }
    this.#socket.send(this.#message)
  }

  hide () {
    if (this.#message === undefined) return
    this.#message = undefined
    // An update, even of nothing, hides it.
    this.#socket.send({ type: 'update', updates: [] })
  }
}
