'use strict'

// The functions of an application that a policy asks about origins: its own, and those of its routes.

const { ASK, SAID, STALE, compile } = require('./compiled.js')
const { ask } = require('./ask.js')
const { encode } = require('./options.js')

/** What options give a function under, as the engine reads it. */
const NAMES = ['allowOrigin', 'allow_origin']
/** The longest time that Node's timers take, in seconds. */
const LONGEST = 0x7fffffff / 1000

/**
 * @typedef {object} Predicate
 * @property {'cors' | 'corsac'} form
 * @property {Function} call
 * @property {(answer: unknown) => import('./compiled.js').Compiled} [compile] the policy of an answer in patterns
 */

/** A policy's functions, and how they are asked. */
class Predicates {
  /** Where answers are remembered, who waits for one, by the question; a new one whenever everything is forgotten. */
  #waiting

  /**
   * @param {Predicate | undefined} whole the whole policy's
   * @param {Predicate[]} routes by the routes' numbers
   * @param {{ timeout?: number, cache?: object }} limits in seconds
   */
  constructor (whole, routes, { timeout, cache }) {
    this.whole = whole
    this.routes = routes
    this.timeout = timeout === undefined ? undefined : timeout * 1000
    this.#waiting = cache === undefined ? undefined : new Map()
  }

  /**
   * Asks about an origin.
   *
   * @param {number} index what the engine said: `ASK`, or that of a route
   * @param {unknown} request as the host's applications know it
   * @param {number} timeout in milliseconds, where the policy has no other
   * @param {(error: unknown, said: number) => void} done
   * @returns {() => void} gives the question up
   */
  ask (index, origin, request, timeout, done) {
    const predicate = index === ASK ? this.whole : this.routes[ASK - 1 - index]
    const limit = this.timeout ?? timeout
    const waiting = this.#waiting
    if (waiting === undefined) return put(predicate, origin, request, limit, done)
    // The answer is that of the origin alone: whoever asks meanwhile waits for the same.
    const key = `${index} ${origin}`
    const others = waiting.get(key)
    if (others !== undefined) {
      others.add(done)
      return () => others.delete(done)
    }
    const all = new Set([done])
    waiting.set(key, all)
    put(predicate, origin, undefined, limit, (error, said) => {
      waiting.delete(key)
      if (waiting !== this.#waiting) said |= STALE
      // Apart, so that one that throws does not keep the others waiting.
      const [first, ...rest] = all
      for (const each of rest) queueMicrotask(() => each(error, said))
      first?.(error, said)
    })
    return () => all.delete(done)
  }

  /** Whatever is being asked now is not remembered. */
  forget () {
    if (this.#waiting !== undefined) this.#waiting = new Map()
  }
}

function put ({ form, call, compile }, origin, request, timeout, done) {
  // The package's functions get their callback second, so the request comes third.
  const asked = form === 'cors' ? (callback) => call(origin, callback, request) : () => call(origin, request)
  const way = {
    callback: form === 'cors' && call.length > 1,
    timeout,
    what: form === 'cors' ? 'the `origin` function' : '`allowOrigin`'
  }
  return ask(asked, way, (error, answer) => {
    let said = SAID.FAILED
    if (error === null) {
      try {
        said = meant(answer, origin, compile)
      } catch (reason) {
        error = reason
      }
    }
    done(error, said)
  })
}

function meant (answer, origin, compile) {
  if (answer === true) return SAID.ALLOW
  if (!answer) return SAID.DENY
  if (compile === undefined || typeof answer === 'function') {
    throw new TypeError(`corsac: an origin function cannot answer with a ${typeof answer}`)
  }
  // Patterns: what they say of this origin is the answer.
  const { decide, shape } = compile(answer)
  const { reason } = shape(decide(origin))
  return reason === 'origin-allowed' || reason === 'any-origin' ? SAID.ALLOW : SAID.DENY
}

/**
 * Parts options into those of the engine and those of this file.
 *
 * @returns {{ options: unknown, timeout?: number, cache?: { size: number, ttl: number } }}
 */
function part (options) {
  if (typeof options !== 'object' || options === null) return { options }
  const { predicateTimeout, predicateCache, ...rest } = options
  if (predicateTimeout === undefined && predicateCache === undefined) return { options }
  if (predicateTimeout !== undefined && !(typeof predicateTimeout === 'number' && predicateTimeout > 0 && predicateTimeout <= LONGEST)) {
    throw new TypeError('corsac: `predicateTimeout` takes seconds: write `predicateTimeout: 2`')
  }
  return { options: Object.assign(Object.create(null), rest), timeout: predicateTimeout, cache: checkedCache(predicateCache) }
}

function checkedCache (cache) {
  if (cache === undefined) return undefined
  const { size, ttl, ...rest } = cache ?? {}
  // The bounds are the engine's.
  if (!Number.isInteger(size) || size < 0 || size > 0xffffffff || typeof ttl !== 'number' || Object.keys(rest).length > 0) {
    throw new TypeError('corsac: `predicateCache` takes a number of origins and seconds: write `predicateCache: { size: 10000, ttl: 60 }`')
  }
  return { size, ttl }
}

/**
 * The functions among options, as `encode` found them.
 *
 * @param {{ path: (string | number)[], call: Function }[]} functions
 * @param {object} options of the engine, for answers in patterns
 * @param {{ timeout?: number, cache?: object }} limits
 * @param {(text: string) => import('./compiled.js').Compiled} [compileText]
 * @returns {Predicates | undefined} none where there is no function
 */
function gather (functions, options, limits, compileText = plain) {
  let whole
  const routes = []
  for (const { path, call } of functions) {
    if (path.length === 1 && NAMES.includes(path[0])) whole = { form: 'corsac', call }
    if (path.length === 1 && path[0] === 'origin') whole = { form: 'cors', call, compile: patterns(options, compileText) }
    if (path.length === 3 && path[0] === 'routes' && NAMES.includes(path[2])) routes[path[1]] = { form: 'corsac', call }
  }
  return finished(whole, routes, limits)
}

/** The function that stands beside a text: `{ allowOrigin }`. */
function beside (given = {}) {
  if (typeof given !== 'object' || given === null) throw new TypeError('corsac: beside a text or file goes a table: `{ allowOrigin: (origin) => … }`')
  const { options: { allowOrigin, ...rest }, ...limits } = part(given)
  const unknown = Object.keys(rest)
  if (unknown.length > 0) {
    throw new TypeError(`corsac: \`${unknown[0]}\` belongs in the text: beside it go allowOrigin, predicateTimeout and predicateCache`)
  }
  if (allowOrigin !== undefined && typeof allowOrigin !== 'function') {
    throw new TypeError('corsac: `allowOrigin` takes a function: list origins in the text, as `allow_origins`')
  }
  const predicates = finished(allowOrigin && { form: 'corsac', call: allowOrigin }, [], limits)
  return { predicates, predicate: predicates !== undefined, cache: limits.cache }
}

function finished (whole, routes, limits) {
  const all = [whole, ...routes].filter((predicate) => predicate !== undefined)
  if (all.length === 0) {
    const given = Object.entries({ predicateTimeout: limits.timeout, predicateCache: limits.cache }).find(([, value]) => value !== undefined)
    if (given !== undefined) throw new TypeError(`corsac: \`${given[0]}\` stands beside no function: give \`allowOrigin\`, or leave it out`)
    return undefined
  }
  const takesRequest = ({ form, call }) => call.length > (form === 'cors' ? 2 : 1)
  if (limits.cache !== undefined && all.some(takesRequest)) {
    throw new TypeError('corsac: `predicateCache` remembers what was answered to an origin, and this function takes the request too: ' +
      'let it take the origin alone, or leave the cache out')
  }
  return new Predicates(whole, routes, limits)
}

function patterns (options, compileText) {
  const kept = { ...options }
  return (origin) => compileText(encode({ ...kept, origin }).text)
}

function plain (text) {
  return compile('middleware', Buffer.from(text))
}

module.exports = { Predicates, beside, gather, part }
