'use strict'

// The functions among a policy's options, and the options that control how they are called.

const { compile } = require('./compiled-policy.js')
const { LONGEST_TIMER } = require('./middleware-settings.js')
const { encode } = require('./options-encoder.js')

/** The names of the options in corsac's own dialect that can be functions. */
const NAMES = ['allowOrigin', 'allow_origin']
/** The longest time-out, in seconds. */
const LONGEST_TIMEOUT = LONGEST_TIMER / 1000

/**
 * How the functions of a policy are called.
 *
 * @typedef {object} PredicateLimits
 * @property {number} [timeout] in seconds
 * @property {{ size: number, ttl: number }} [cache]
 */

/**
 * Separates the engine's options from those that control how predicates are called.
 *
 * @returns {{ options: unknown } & PredicateLimits}
 */
function separateLimits (given) {
  if (typeof given !== 'object' || given === null) return { options: given }
  const { predicateTimeout, predicateCache, ...rest } = given
  if (predicateTimeout === undefined && predicateCache === undefined) return { options: given }
  if (predicateTimeout !== undefined && !(typeof predicateTimeout === 'number' && predicateTimeout > 0 && predicateTimeout <= LONGEST_TIMEOUT)) {
    throw new TypeError('corsac: `predicateTimeout` takes seconds: write `predicateTimeout: 2`')
  }
  return { options: Object.assign(Object.create(null), rest), timeout: predicateTimeout, cache: checkedCache(predicateCache) }
}

/** Checks the types. The engine checks the limits. */
function checkedCache (cache) {
  if (cache === undefined) return undefined
  const { size, ttl, ...rest } = cache ?? {}
  if (!Number.isInteger(size) || size < 0 || size > 0xffffffff || typeof ttl !== 'number' || Object.keys(rest).length > 0) {
    throw new TypeError('corsac: `predicateCache` takes a number of origins and seconds: write `predicateCache: { size: 10000, ttl: 60 }`')
  }
  return { size, ttl }
}

/**
 * The predicates of options, from the functions that `encode` found in them.
 *
 * @param {{ path: (string | number)[], call: Function }[]} functions
 * @param {object} options the engine's options, for functions that answer with patterns
 * @param {PredicateLimits} limits
 * @param {(text: string) => import('./compiled-policy.js').CompiledPolicy} [compileOptions]
 * @returns {Predicates | undefined} undefined if there is no function
 */
function predicatesOf (functions, options, limits, compileOptions = (text) => compile('middleware-options', text)) {
  let whole
  const routes = []
  for (const { path, call } of functions) {
    if (path.length === 1 && NAMES.includes(path[0])) whole = { form: 'corsac', call }
    if (path.length === 1 && path[0] === 'origin') whole = { form: 'cors', call, compile: patternCompiler(options, compileOptions) }
    if (path.length === 3 && path[0] === 'routes' && NAMES.includes(path[2])) routes[path[1]] = { form: 'corsac', call }
  }
  return create(whole, routes, limits)
}

/** Compiles a function's answer as `origin`, together with the other options. */
function patternCompiler (options, compileOptions) {
  const others = { ...options }
  return (origin) => compileOptions(encode({ ...others, origin }).text)
}

/**
 * Reads the second argument of functions that take a text or a file: `{ allowOrigin,
 * predicateTimeout, predicateCache }`.
 *
 * @returns {import('./compiled-policy.js').TextSupplement & { predicates?: Predicates }}
 */
function supplementOf (given = {}) {
  if (typeof given !== 'object' || given === null) throw new TypeError('corsac: the argument after a text or file is an object: `{ allowOrigin: (origin) => … }`')
  const { options: { allowOrigin, ...rest }, ...limits } = separateLimits(given)
  const unknown = Object.keys(rest)
  if (unknown.length > 0) {
    throw new TypeError(`corsac: \`${unknown[0]}\` belongs in the text: only allowOrigin, predicateTimeout and predicateCache can be passed with it`)
  }
  if (allowOrigin !== undefined && typeof allowOrigin !== 'function') {
    throw new TypeError('corsac: `allowOrigin` takes a function: list origins in the text, as `allow_origins`')
  }
  const predicates = create(allowOrigin && { form: 'corsac', call: allowOrigin }, [], limits)
  return { predicates, hasPredicate: predicates !== undefined, cache: limits.cache }
}

function create (whole, routes, limits) {
  const all = [whole, ...routes].filter((predicate) => predicate !== undefined)
  if (all.length === 0) {
    const given = Object.entries({ predicateTimeout: limits.timeout, predicateCache: limits.cache }).find(([, value]) => value !== undefined)
    if (given !== undefined) throw new TypeError(`corsac: \`${given[0]}\` has no effect without a function: leave it out, or give \`allowOrigin\``)
    return undefined
  }
  const takesRequest = ({ form, call }) => call.length > (form === 'cors' ? 2 : 1)
  if (limits.cache !== undefined && all.some(takesRequest)) {
    throw new TypeError('corsac: `predicateCache` remembers an answer for an origin, but this function also takes the request: ' +
      'let it take only the origin, or leave out the cache')
  }
  // It is required here and not above, since most policies have no functions.
  const { Predicates } = require('../decide/predicates.js')
  return new Predicates(whole, routes, limits)
}

module.exports = { predicatesOf, separateLimits, supplementOf }
