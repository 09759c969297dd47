'use strict'

// Hostile requests, with long, broken and misleading strings, through `evaluate` and through the raw functions that
// adapters use.

const assert = require('node:assert/strict')
const test = require('node:test')
const { Policy } = require('corsac')
const { internalsOf } = require('../lib/policy/policy.js')

const ORIGIN = 'https://a.example'
const POLICY = new Policy({ allowOrigins: [ORIGIN, 'https://*.example.com'], allowMethods: ['PUT'], allowHeaders: ['x-a'] })
const MIB = 1 << 20

/** The reason that `evaluate` and the raw functions give. They have to agree. */
function reason (policy, method, origin, requestMethod, requestHeaders) {
  const headers = Object.entries({
    origin, 'access-control-request-method': requestMethod, 'access-control-request-headers': requestHeaders
  }).filter(([, value]) => value !== undefined)
  const whole = policy.evaluate({ method, headers }).reason
  const { decide, decidePreflight, template } = internalsOf(policy).compiled
  const index = method === 'OPTIONS' ? decidePreflight(origin, requestMethod, requestHeaders) : decide(origin)
  assert.equal(template(index).reason, whole)
  return whole
}

test('origins', () => {
  for (const [origin, expected] of [
    [ORIGIN, 'origin-allowed'],
    // Read as Latin-1, it would be the origin above.
    ['https://\u0161.example', 'origin-malformed'],
    ['https://\u0141.example', 'origin-malformed'],
    ['https://\uff41.example', 'origin-malformed'],
    ['https://\ud800.example', 'origin-malformed'],
    ['\udc00', 'origin-malformed'],
    [`${ORIGIN}\0`, 'origin-malformed'],
    [`\0${ORIGIN}`, 'origin-malformed'],
    [`${ORIGIN}\0.evil.example`, 'origin-malformed'],
    ['', 'origin-malformed'],
    ['null', 'origin-not-allowed'],
    [`https://${'a.'.repeat(40)}example.com`, 'origin-allowed'],
    ['https://' + 'a'.repeat(MIB), 'origin-malformed'],
    [ORIGIN + ' '.repeat(MIB), 'origin-malformed'],
    ['\u0141'.repeat(MIB), 'origin-malformed'],
    // Cutting at the end of any buffer must not lead to an allowed value.
    ...[510, 512, 1020, 1021, 1022, 1023, 1024, 1025, 2048].map((length) => ['https://a.example' + '.'.repeat(length - 17), 'origin-malformed'])
  ]) assert.equal(reason(POLICY, 'GET', origin), expected, origin.slice(0, 40))
})

test('methods and headers of preflights', () => {
  for (const [method, headers, expected] of [
    ['PUT', 'x-a', 'preflight-allowed'],
    ['PUT', undefined, 'preflight-allowed'],
    ['PUT', '', 'preflight-allowed'],
    ['', 'x-a', 'preflight-method-not-allowed'],
    ['PUT\0', 'x-a', 'preflight-method-not-allowed'],
    ['\ud800', 'x-a', 'preflight-method-not-allowed'],
    ['PUT' + 'T'.repeat(MIB), 'x-a', 'preflight-method-not-allowed'],
    ['PUT', 'x-\u0141', 'preflight-headers-malformed'],
    ['PUT', 'x-a\0', 'preflight-headers-malformed'],
    ['PUT', ','.repeat(8192), 'preflight-allowed'],
    ['PUT', ','.repeat(8193), 'preflight-headers-malformed'],
    ['PUT', ','.repeat(MIB), 'preflight-headers-malformed'],
    ['PUT', 'x-a' + ','.repeat(10 * 1024 - 4), 'preflight-headers-malformed'],
    ['PUT', 'x-a' + ','.repeat(10 * 1024), 'preflight-headers-malformed'],
    ['PUT', '\u0141'.repeat(MIB), 'preflight-headers-malformed']
  ]) assert.equal(reason(POLICY, 'OPTIONS', ORIGIN, method, headers), expected, `${method.slice(0, 9)} ${headers?.slice(0, 9)}`)
})

test('many lines', () => {
  const lines = Array.from({ length: 1024 }, () => ['access-control-request-headers', ','.repeat(64)])
  const headers = [['origin', ORIGIN], ['access-control-request-method', 'PUT'], ...lines]
  assert.equal(POLICY.evaluate({ method: 'OPTIONS', headers }).reason, 'preflight-headers-malformed')
})

test('the raw functions accept only strings and undefined', () => {
  const { decide, decidePreflight, decideProtected, template } = internalsOf(POLICY).compiled
  for (const value of [null, 1, true, {}, [], Symbol('a'), 1n, new String(ORIGIN), () => {}]) { // eslint-disable-line no-new-wrappers
    assert.throws(() => decide(value), Error)
    assert.throws(() => decidePreflight(ORIGIN, 'PUT', value), Error)
    assert.throws(() => decidePreflight(ORIGIN, 'PUT', 'x-a', value), Error)
  }
  for (const value of [null, 1, undefined]) assert.throws(() => decideProtected(value, 0, ORIGIN), Error)
  assert.throws(() => decideProtected('GET', 'x', ORIGIN), Error)
  assert.throws(() => template(1 << 20), Error)
  assert.equal(template(decide()).reason, 'no-origin')
  assert.equal(template(decidePreflight()).reason, 'no-origin')
  assert.equal(template(decide.call(null, ORIGIN, 'more', 'arguments')).reason, 'origin-allowed')
  // The functions live for as long as they can be reached.
  assert.equal(Reflect.construct(decide, [ORIGIN]) instanceof decide, true)
})

test('a megabyte costs no more than the longest list that is read', () => {
  const { decidePreflight } = internalsOf(POLICY).compiled
  const time = (headers) => {
    const start = process.hrtime.bigint()
    for (let i = 0; i < 5_000; i++) decidePreflight(ORIGIN, 'PUT', headers)
    return Number(process.hrtime.bigint() - start)
  }
  // The shortest of several times is used, because other processes can only make them longer.
  const least = (headers) => Math.min(...Array.from({ length: 9 }, () => time(headers)))
  const [longest, hostile] = [','.repeat(8192), ','.repeat(MIB)].map(least)
  assert(hostile < 3 * longest, `${hostile} ns to ${longest} ns`)
})
