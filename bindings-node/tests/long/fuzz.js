'use strict'

// Options of every kind, most of them nonsense: each leads to a middleware or an Error, and never ends the process.
// node tests/long/fuzz.js [how many, 200,000 if left out] [seed]

const assert = require('node:assert')
const corsac = require('corsac')

const COUNT = Number(process.argv[2] ?? 200_000)
let state = Number(process.argv[3] ?? Date.now() % 2 ** 31) || 1

/** The same numbers for the same seed. */
function random (below) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return Math.floor(state / 2 ** 32 * below)
}
const pick = (list) => list[random(list.length)]
const times = (most, make) => Array.from({ length: random(most) }, make)

const KEYS = [
  'origin', 'methods', 'allowedHeaders', 'exposedHeaders', 'credentials', 'maxAge', 'preflightContinue', 'optionsSuccessStatus',
  'allowOrigins', 'allowOriginRegex', 'allowMethods', 'allowHeaders', 'allowCredentials', 'exposeHeaders', 'preflightStatus',
  'allowPrivateNetwork', 'keepAppHeaders', 'dangerouslyAllow', 'protection', 'routes', 'dialect', '$schema', 'allowOrigin',
  'predicateTimeout', 'predicateCache', 'path', 'writes', 'websockets', 'trustedOrigins', 'reportOnly',
  '__proto__', 'constructor', 'toString', 'then', 'length', '', 'orgin'
]
const TEXTS = [
  '*', 'null', 'https://a.example', 'https://*.example.com', 'http://[::1]:3000', 'https://a.example/', 'https://ü.example', '\ud800', '\0',
  'a\r\nb', 'GET,PUT', 'put', 'X-A', 'cors', 'corsac', 'true', '600', 'https://' + 'a'.repeat(7000), '(', '^https://a\\.example$', '(a*)*b'
]
const MAKERS = [
  () => pick(TEXTS), () => pick(TEXTS), () => pick(TEXTS),
  () => pick([true, false, null, undefined, NaN, Infinity, -0, 600, 1e300, 10n ** 30n, 204, 200]),
  () => Symbol('s'), () => () => true, () => (origin, callback) => callback(null, true),
  () => { try { return new RegExp(pick(TEXTS), pick(['', 'g', 'i', 'm', 'y', 'u'])) } catch { return /x/ } },
  () => new Date(NaN), () => new Map([[pick(KEYS), pick(TEXTS)]]), () => new Set(TEXTS), () => new WeakMap(), () => Promise.resolve(),
  () => new URL('https://a.example'), () => new Uint8Array(9), () => Object(pick(TEXTS)), () => Object.create(null), () => new Array(9),
  () => new Array(5000), () => function * () { yield 1 }(), () => class {}, () => globalThis, () => process,
  () => ({ [Symbol.iterator]: () => ({ next: () => ({ done: random(50) === 0, value: 'https://a.example' }) }) }),
  () => ({ [Symbol.iterator]: 1 }), () => ({ get [Symbol.toStringTag] () { throw new Error('tag') } }),
  () => ({ toString () { throw new Error('toString') }, valueOf: null }),
  () => { const list = []; list.push(list); return list },
  () => { let deep = []; for (let i = 0; i < 5000; i++) deep = [deep]; return deep },
  () => new Proxy({}, pick([
    { ownKeys () { throw new Error('keys') } }, { get () { throw new TypeError('get') } }, { ownKeys: () => ['origin'] },
    { getPrototypeOf () { throw new Error('prototype') } }, { get: (_, key) => key }
  ])),
  () => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy },
  () => new Proxy([], { get: (list, key) => key === 'length' ? pick([3, 5000, -1, NaN, 'x']) : list[key] }),
  () => times(6, value), () => times(6, value), () => table(),
  () => ({ size: pick([10, -1, 1e12]), ttl: pick([1, 0, '5']) }), () => ({ writes: pick(['reject', 'off', 'x']), websockets: pick(['reject', 'off']) }),
  () => times(4, () => ({ path: pick(PATHS), ...(random(2) === 0 && { allowOrigins: [pick(TEXTS)] }), ...(random(4) === 0 && { allowOrigin: () => random(2) === 0 }) }))
]
const PATHS = ['/', '/a/{b}', '/a/{*c}', '/A', '/%61', '//', '/a/../b', '*', '', '/a?b#c', '/\\a', '/\xff\u0141', '/' + 'a/'.repeat(5000), '%', undefined]
let depth = 0
function value () {
  if (depth > 4) return pick(TEXTS)
  depth++
  const made = pick(MAKERS)()
  depth--
  return made
}

function table () {
  const made = random(20) === 0 ? Object.create({ inherited: 1 }) : {}
  for (const key of times(6, () => pick(KEYS))) {
    const descriptor = random(12) === 0
      ? { get () { if (random(2) === 0) throw new RangeError('getter'); return value() } }
      : { value: value(), writable: true }
    Object.defineProperty(made, key, { ...descriptor, enumerable: true, configurable: true })
  }
  if (random(20) === 0) made.self = made
  return made
}

process.removeAllListeners('warning')
process.on('warning', () => {})
const counts = { built: 0, refused: 0, thrown: 0 }
for (let i = 0; i < COUNT; i++) {
  const seed = state
  const options = random(4) === 0 ? value() : table()
  try {
    const middleware = corsac(options)
    counts.built++
    // A request through it must end, whatever the result is.
    let ended = false
    const response = { setHeader () {}, getHeader () {}, end () { ended = true } }
    const headers = { origin: 'null', 'access-control-request-method': 'PUT', host: pick(TEXTS), 'sec-fetch-site': pick(TEXTS), upgrade: pick([undefined, 'websocket', ...TEXTS]) }
    middleware({ method: pick(['OPTIONS', 'POST']), url: pick(PATHS), headers }, response, () => { ended = true })
    if (!ended && typeof options !== 'function') throw new assert.AssertionError({ message: `seed ${seed}: the request has not ended` })
  } catch (error) {
    if (error instanceof corsac.ConfigError) {
      counts.refused++
      if (error.issues.length === 0) throw new Error(`seed ${seed}: refused without an issue`)
    } else if (error instanceof Error && !/corsac: internal/.test(error.message) && error.code !== 'ERR_ASSERTION') counts.thrown++
    else throw error
  }
}
console.log(`${COUNT} options: ${counts.built} built, ${counts.refused} refused, ${counts.thrown} threw their own errors`)
