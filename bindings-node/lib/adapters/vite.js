'use strict'

// A plugin of Vite: its dev server and its preview server respond under the policy, as the server in production does.

const path = require('node:path')
const { cors } = require('./connect.js')
const { Reloadable } = require('../policy/reloadable.js')

const NAME = 'corsac'
/** Milliseconds between two checks of the policy's file. */
const INTERVAL = 250

module.exports = function corsac (given, settings) {
  if (given === undefined) throw new TypeError("corsac: which pages may read from Vite? write the path of a policy file: `corsac('cors.toml')`")
  const isFile = typeof given === 'string' || given instanceof URL
  let ignored = []
  let logger, file, policies, middleware
  /**
   * The policies that are watched, each under the configuration of its server. There can be two, since a restart makes the new
   * server before it closes the old one.
   */
  const watches = new WeakMap()

  /** Puts the policy in front of what a server of Vite does, and watches the policy's file until the server is closed. */
  function serve (server, overlay) {
    server.middlewares.use(middleware)
    if (!isFile) return
    watch(policies, logger, overlay)
    watches.set(server.config, policies)
  }

  return {
    name: NAME,
    apply: 'serve',
    /** Before the middlewares of other plugins. */
    enforce: 'pre',
    /** Turns off Vite's own CORS headers, with which it would also answer the preflights. */
    config ({ server, preview } = {}) {
      ignored = Object.entries({ server, preview }).filter(([, settings]) => settings?.cors).map(([name]) => `${name}.cors`)
      return { server: { cors: false }, preview: { cors: false } }
    },
    /** A server with a wrong policy does not start. */
    configResolved (config) {
      logger = config.logger
      for (const name of ignored) logger.warn(`corsac: \`${name}\` has no effect: the policy decides instead`)
      file = typeof given === 'string' ? path.resolve(config.root, given) : given
      policies = isFile ? Reloadable.fromFile(file) : given
      // Vite checks the handshakes of its own WebSocket with a token.
      middleware = cors(policies, { verifiesUpgrades: true, ...settings })
    },
    configureServer (server) {
      serve(server, isFile ? new Overlay(server.ws, String(file)) : undefined)
    },
    configurePreviewServer (server) {
      serve(server)
      server.httpServer.once('close', () => watches.get(server.config)?.close())
    },
    /** A dev server is closed or restarted. In `middlewareMode` it has no HTTP server that would say so. */
    closeBundle () {
      watches.get(this.environment?.getTopLevelConfig())?.close()
    }
  }
}

function watch (policies, logger, overlay) {
  policies.watch({
    interval: INTERVAL,
    onReload () {
      logger.info('corsac: the policy was read again', { timestamp: true })
      overlay?.hide()
    },
    onError (error) {
      logger.error(`corsac: the previous policy stays in force: ${error.message}`, { timestamp: true })
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
