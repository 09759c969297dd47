'use strict'

// Options with properties that are inherited or not enumerable are refused, because only some ways to read an object
// find these. Text in shared memory is copied.

const assert = require('node:assert/strict')
const test = require('node:test')
const { Policy, cors } = require('..')

const ORIGIN = 'https://app.example.com'

test('properties of a prototype, and those that are not enumerable, are refused', () => {
  class Method { origin (origin, done) { done(null, false) } }
  class Getter { get origin () { return ORIGIN } }
  const hidden = Object.defineProperty({ credentials: true }, 'origin', { value: [ORIGIN] })
  for (const options of [new Method(), new Getter(), hidden, Object.create({ origin: ORIGIN })]) {
    assert.throws(() => cors(options), /`origin` is not an own enumerable property/)
    assert.throws(() => new Policy(options), /`origin` is not an own enumerable property/)
  }
})

test('fields of a class are its own', () => {
  class Settings { allowOrigins = [ORIGIN] }
  assert.equal(new Policy(new Settings()).evaluate({ method: 'GET', headers: { origin: ORIGIN } }).reason, 'origin-allowed')
  assert.doesNotThrow(() => cors(new Settings()))
})

test('pollution of Object.prototype changes nothing', (t) => {
  const decide = (policy) => policy.evaluate({ method: 'GET', headers: { origin: 'https://evil.example' } }).reason
  for (const [name, value] of [['error', '["m", []]'], ['allowOrigin', () => true], ['origin', '*'], ['text', 'x']]) {
    Object.defineProperty(Object.prototype, name, { value, configurable: true, enumerable: true, writable: true })
    try {
      assert.equal(decide(new Policy({ allowOrigins: [ORIGIN], allowCredentials: true })), 'origin-not-allowed', name)
      const headers = {}
      const response = { setHeader: (key, header) => { headers[key] = header }, getHeader: (key) => headers[key] }
      cors({ allowOrigins: [ORIGIN] })({ method: 'GET', headers: { origin: 'https://evil.example' } }, response, () => {})
      assert.equal(headers['access-control-allow-origin'], undefined, name)
    } finally {
      delete Object.prototype[name]
    }
  }
})

test('text in shared memory is copied before it is read', () => {
  const text = Buffer.from(`{"allow_origins": ["${ORIGIN}"]}`)
  const shared = new Uint8Array(new SharedArrayBuffer(text.length))
  shared.set(text)
  const policy = Policy.fromJson(shared)
  shared.fill(0)
  assert.equal(policy.evaluate({ method: 'GET', headers: { origin: ORIGIN } }).reason, 'origin-allowed')
})
