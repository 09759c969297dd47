'use strict'

// JavaScript values as options, including hostile ones. They lead to a policy, a ConfigError, or an error that they
// throw themselves.

const assert = require('node:assert/strict')
const test = require('node:test')
const vm = require('node:vm')
const { ConfigError, Policy, cors } = require('corsac')

process.removeAllListeners('warning')

const allows = (options, origin) => new Policy(options).evaluate({ method: 'GET', headers: { origin } }).reason === 'origin-allowed'

/** The issues of options that are refused. */
function issues (options) {
  try {
    const policy = new Policy(options)
    assert.fail(`accepted: ${policy}`)
  } catch (error) {
    assert(error instanceof ConfigError, String(error?.stack))
    return error.issues.map(({ code, field }) => `${code} at ${field}`)
  }
}

test('lists may be any iterable except a string', () => {
  const origin = 'https://app.example.com'
  const lists = [
    [origin], new Set([origin]), [new URL(origin)], (function * () { yield origin })(),
    { [Symbol.iterator]: () => [origin][Symbol.iterator]() }, Object.freeze([origin]), new Proxy([origin], {})
  ]
  for (const allowOrigins of lists) assert(allows({ allowOrigins }, origin))
  assert(allows(new Map([['allowOrigins', [origin]]]), origin))
  assert(allows(Object.assign(Object.create(null), { allow_origins: [origin] }), origin))
  assert(allows(new (class { allowOrigins = [origin] })(), origin))
  assert(allows(vm.runInNewContext('({ allowOrigins: new Set(["https://app.example.com"]) })'), origin))
  for (const allowOrigins of [origin, new String(origin), Buffer.from(origin), new Date(), Symbol('a'), 1n, NaN]) { // eslint-disable-line no-new-wrappers
    assert.deepEqual(issues({ allowOrigins }), ['wrong-type at allow_origins'])
  }
})

test('numbers', () => {
  const maxAge = (maxAge) => new Policy({ allowOrigins: ['*'], maxAge })
    .evaluate({ method: 'OPTIONS', headers: { origin: 'https://a.example', 'access-control-request-method': 'GET' } })
    .headers.find(([name]) => name.endsWith('max-age'))?.[1]
  assert.equal(maxAge(5), '5')
  assert.equal(maxAge(5n), '5')
  assert.equal(maxAge(-0), '0')
  assert.equal(maxAge(null), undefined)
  assert.equal(maxAge(false), undefined)
  for (const [value, code] of [
    [NaN, 'wrong-type'], [0.5, 'wrong-type'], ['5', 'wrong-type'], [undefined, 'wrong-type'], [10n ** 30n, 'wrong-type'],
    [Infinity, 'max-age-range'], [-1, 'max-age-range'], [2 ** 40, 'max-age-range']
  ]) assert.deepEqual(issues({ allowOrigins: ['*'], maxAge: value }), [`${code} at max_age`], String(value))
  assert.equal(issues({ allowOrigins: ['*'], maxAge: 2 ** 70 }).length, 1)
})

test('messages use the notation of JavaScript, and those about a text use its format', () => {
  const findings = (build) => {
    try { build() } catch (error) { return error.issues.map(({ field, message, help }) => [field, message, help]) }
  }
  assert.deepEqual(findings(() => new Policy({ allowOrigins: null, maxAge: '1h' })), [
    ['allow_origins', '`allowOrigins` must be an array of strings, not null', 'write an array, as in `allowOrigins: ["https://app.example.com"]`'],
    ['max_age', '`maxAge` must be a whole number of seconds, not a string', 'write `maxAge: 3600`']
  ])
  assert.deepEqual(findings(() => new Policy({ allowOrigins: ['http://a.example'], allowCredentials: true })).map(([, , help]) => help),
    ['write `https://a.example`, or lift this check with `dangerouslyAllow: [{ check: "insecure-origins", origins: ["http://a.example"] }]`'])
  assert.deepEqual(findings(() => cors({ origin: true, credentials: true })), [[
    'origin', "`origin: true` with `credentials: true` would let every site read responses with the user's session",
    'list the origins, as in `origin: ["https://app.example.com"]`'
  ]])
  assert.deepEqual(findings(() => Policy.fromToml("allow_origins = []\nmax_age = '1h'")).map(([, , help]) => help), ['write `max_age = 3600`'])
})

test('undefined is reported, not ignored', () => {
  assert.deepEqual(issues({ allowOrigins: process.env.NO_SUCH_VARIABLE }), ['wrong-type at allow_origins'])
  assert.deepEqual(issues({ allowOrigins: [undefined] }), ['wrong-type at allow_origins[0]'])
  assert.deepEqual(issues({ allowOrigins: [, 'https://a.example'] }), ['wrong-type at allow_origins[0]']) // eslint-disable-line no-sparse-arrays
})

test('values that are not objects are refused', () => {
  for (const options of [undefined, null, true, 1, 1n, 'a', Symbol('a'), [], new Set(), /a/, new Date(), () => {}, new URL('https://a.example')]) {
    assert.deepEqual(issues(options), ['wrong-type at '], String(options))
  }
})

test('regular expressions keep source and flags', () => {
  const origin = /^https:\/\/[a-z]+\.example\.com$/i
  assert(allows({ dialect: 'cors', origin }, 'https://app.example.com'))
  assert(allows({ dialect: 'cors', origin: [new Set(['https://a.example', origin])] }, 'https://app.example.com'))
  assert(!allows({ dialect: 'cors', origin }, 'https://app.example.com.evil.example'))
  assert.deepEqual(issues({ dialect: 'cors', origin: /example\.com$/ }), ['regexp-not-anchored at origin'])
  assert(allows({ dialect: 'cors', origin: vm.runInNewContext('/^https:\\/\\/a\\.example$/') }, 'https://a.example'))
})

test('functions are refused for settings that take none', () => {
  assert.deepEqual(issues({ allowOrigins: [], allowMethods: [() => true] }), ['wrong-type at allow_methods[0]'])
  assert.deepEqual(issues({ allowOrigins: () => true }), ['wrong-type at allow_origins'])
})

test('errors of a getter, a proxy or an iterator are passed on', () => {
  const error = new Error('mine')
  const fail = () => { throw error }
  const traps = { get: fail, ownKeys: fail, getPrototypeOf: fail, getOwnPropertyDescriptor: fail }
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  for (const options of [
    { get allowOrigins () { return fail() } },
    { allowOrigins: { [Symbol.iterator]: fail } },
    { allowOrigins: { get [Symbol.iterator] () { return fail() } } },
    { allowOrigins: { [Symbol.iterator]: () => ({ next: fail }) } },
    { allowOrigins: new Proxy([], traps) },
    { allowOrigins: [{ get [Symbol.toStringTag] () { return fail() } }] },
    { allowOrigins: [Object.defineProperty(/a/, 'source', { get: fail })] },
    new Proxy({}, traps),
    new Proxy({}, { ownKeys: fail })
  ]) assert.throws(() => new Policy(options), (thrown) => thrown === error)
  assert.throws(() => new Policy(proxy), TypeError)
  assert.throws(() => new Policy({ allowOrigins: proxy }), TypeError)
})

test('cycles, depths and endless lists are refused', () => {
  const cyclic = []
  cyclic.push(cyclic, cyclic)
  assert.deepEqual(issues({ allowOrigins: cyclic }), ['wrong-type at allow_origins[0]', 'wrong-type at allow_origins[1]'])
  assert.equal(issues({ dialect: 'cors', origin: cyclic }).length, 2)
  const own = {}
  own.allowOrigins = [own]
  assert.deepEqual(issues(own), ['wrong-type at allow_origins[0]'])
  let deep = 'https://a.example'
  for (let i = 0; i < 100_000; i++) deep = [deep]
  assert.equal(issues({ dialect: 'cors', origin: deep }).length, 1)
  assert.deepEqual(issues({ allowOrigins: (function * () { while (true) yield 'https://a.example' })() }), ['wrong-type at allow_origins'])
  assert.deepEqual(issues({ allowOrigins: new Array(2 ** 32 - 1) }), ['wrong-type at allow_origins'])
  assert.deepEqual(issues({ allowOrigins: new Proxy([], { get: (list, key) => key === 'length' ? Infinity : list[key] }) }), ['wrong-type at allow_origins'])
})

test('a shared list is not a cycle', () => {
  const list = ['X-Request-Id']
  assert(new Policy({ allowOrigins: ['*'], allowHeaders: list, exposeHeaders: list }))
})

test('any string is either an origin or an issue', () => {
  for (const [text, code] of [
    ['https://\ud800.example', 'origin-unicode'], ['https://a.example\0', 'origin-host'],
    ['https://Ł.example', 'origin-unicode'], ['https://a.example\r\nx: y', 'origin-whitespace'], ['', 'origin-missing-scheme']
  ]) assert.deepEqual(issues({ allowOrigins: [text] }), [`${code} at allow_origins[0]`], JSON.stringify(text))
  assert.equal(issues({ allowOrigins: ['https://' + 'a'.repeat(1 << 20)] }).length, 1)
  assert.deepEqual(issues(JSON.parse('{"__proto__": 1, "allowOrigins": []}')), ['unknown-key at __proto__'])
  assert.deepEqual(issues({ allowOrigins: [], ['\ud800']: 1 }), ['unknown-key at \ufffd'])
})

test('a hundred thousand origins', () => {
  const allowOrigins = Array.from({ length: 100_000 }, (_, i) => `https://app${i}.example.com`)
  assert(allows({ allowOrigins }, 'https://app99999.example.com'))
  assert(!allows({ allowOrigins }, 'https://app100000.example.com'))
})

test('an instance without own settings is refused', () => {
  class Hidden {
    get allowOrigins () { return ['https://a.example'] }
  }
  class Shown {
    allowOrigins = ['https://a.example']
  }
  assert.throws(() => new Policy(new Hidden()), /`allowOrigins` is not an own enumerable property/)
  assert.throws(() => cors(new Hidden()), /`allowOrigins` is not an own enumerable property/)
  cors(new Shown())
})
