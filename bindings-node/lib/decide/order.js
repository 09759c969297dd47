'use strict'

// Which functions of an application run before corsac's middleware, if the framework shows that.

/** The most names that are shown. */
const MOST_NAMES = 8

/** Functions that Express itself runs before all middleware. */
const OF_EXPRESS = ['query', 'expressInit']

/**
 * Express: its router lists everything in order. Middleware inside another router is not known.
 *
 * @param {any} app
 * @param {Function} own
 */
function beforeInExpress (app, own) {
  // Reading `router` of Express 4 throws.
  const layers = app?._router?.stack ?? app?.router?.stack
  const before = Array.isArray(layers) ? layers.slice(0, Math.max(layers.findIndex(({ handle }) => handle === own), 0)) : []
  const middlewares = before.filter(({ route, name }) => route === undefined && !OF_EXPRESS.includes(name))
  const routes = before.filter(({ route }) => route !== undefined)
  return { middlewares: shown(middlewares.map(({ handle }) => handle.name)), routes: shown(routes.map(({ route }) => String(route.path))) }
}

/** Koa: a list of functions. */
function beforeInKoa (app, own) {
  const all = Array.isArray(app?.middleware) ? app.middleware : []
  return { middlewares: shown(all.slice(0, Math.max(all.indexOf(own), 0)).map(({ name }) => name)), routes: [] }
}

/** Hono: the handlers that match the request, in order. */
function beforeInHono (request, own) {
  const all = Array.isArray(request?.matchedRoutes) ? request.matchedRoutes : []
  const before = all.slice(0, Math.max(all.findIndex(({ handler }) => handler === own), 0))
  return { middlewares: shown(before.map(({ handler }) => handler.name)), routes: [] }
}

function shown (names) {
  const first = names.slice(0, MOST_NAMES).map((name) => `\`${name || 'a function without a name'}\``)
  return names.length > MOST_NAMES ? [...first, `${names.length - MOST_NAMES} more`] : first
}

module.exports = { beforeInExpress, beforeInHono, beforeInKoa }
