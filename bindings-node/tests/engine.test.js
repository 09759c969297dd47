'use strict'

// Misuse of the native addon's functions: wrong arguments cause an exception, and never end the process.

const assert = require('node:assert/strict')
const test = require('node:test')
const engine = require('../lib/engine.js')

const POLICIES = [
  { allow_origins: ['*'] },
  { allow_origins: ['https://app.example.com'], allow_credentials: true, allow_methods: ['*'], allow_headers: ['*'] },
  { allow_origins: ['https://app.example.com'], routes: [{ path: '/a/{x}' }], protection: { writes: 'reject', websockets: 'reject' } }
]

const detached = new Uint8Array(8)
structuredClone(detached.buffer, { transfer: [detached.buffer] })

const VALUES = [
  undefined, null, 0, -1, 1.5, NaN, 2 ** 53, 10n, true, '', 'GET', 'https://app.example.com', '\ud800', 'é'.repeat(20_000),
  'x'.repeat(1 << 20), Symbol('s'), {}, [], [1], ['origin'], () => 1, new Map(), Buffer.from('{}'), detached, new SharedArrayBuffer(4),
  new Proxy({}, { get () { throw new Error('trap') } })
]

/** The return value of a call, or undefined if it throws an `Error` that does not report a panic. */
function attempt (call) {
  try {
    return call()
  } catch (error) {
    assert(error instanceof Error)
    assert.doesNotMatch(error.message, /internal error|panic/)
  }
}

test('any values as any argument of the functions of a policy', () => {
  for (const settings of POLICIES) {
    const { decide, decidePreflight, decideProtected, evaluate, template } = engine.compile('json', JSON.stringify(settings), false)
    const good = ['GET', ['origin', 'https://app.example.com'], '/', 0]
    for (const value of VALUES) {
      for (let place = 0; place < 9; place++) {
        const values = Array.from({ length: 9 }, (_, at) => at === place ? value : at === 1 ? 0 : 'GET')
        for (const decides of [decide, decidePreflight, decideProtected]) {
          const index = attempt(() => decides(...values))
          if (index !== undefined) assert(JSON.parse(template(index)))
        }
        const decision = attempt(() => evaluate(...Object.assign([...good], { [place % 5]: value })))
        if (decision !== undefined) assert(JSON.parse(decision))
      }
      attempt(() => template(value))
    }
  }
})

test('a list that claims to be longer than memory is refused', () => {
  const { evaluate } = engine.compile('json', JSON.stringify(POLICIES[0]), false)
  for (const length of [1, 2 ** 32 - 1]) assert.throws(() => evaluate('GET', new Array(length), undefined, 0), /string/i)
})

test('any values instead of a text', () => {
  for (const value of VALUES) {
    for (const format of ['json', 'toml', 'options', 'middleware-options', 'request-options', 'none']) {
      attempt(() => engine.compile(format, value, false))
      attempt(() => engine.compile(format, '{}', value, { size: value, ttl: value }))
    }
    attempt(() => engine.printable(value))
    attempt(() => engine.isWebSocket(value))
    attempt(() => new engine.PolicyFile(value, value, value, value))
  }
})
