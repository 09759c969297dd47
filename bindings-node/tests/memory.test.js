'use strict'

// Policies are collected, and decisions leave nothing behind: measured in a separate process whose garbage collector
// can be called.

const assert = require('node:assert/strict')
const { execFileSync } = require('node:child_process')
const test = require('node:test')

const MIB = 1 << 20

/** Growth of the resident set, in bytes, from a warm state to the end. */
function growth (warm, loop) {
  const script = `
    const { Policy } = require('corsac')
    const { internalsOf } = require('./lib/policy/policy.js')
    const tick = () => new Promise(setImmediate)
    const settle = async () => { for (let i = 0; i < 3; i++) { gc(); await tick() } }
    const options = { allowOrigins: ['https://a.example', 'https://app-*.example.com'], allowMethods: ['*'], allowCredentials: true }
    ;(async () => {
      ${warm}
      await settle()
      const before = process.memoryUsage().rss
      ${loop}
      await settle()
      console.log(process.memoryUsage().rss - before)
    })()`
  const output = execFileSync(process.execPath, ['--expose-gc', '-e', script], { cwd: `${__dirname}/..`, encoding: 'utf8' })
  return Number(output)
}

test('policies are collected', () => {
  const round = (count) => `
    for (let i = 0; i < ${count}; i++) {
      new Policy(options)
      if (i % 500 === 0) await tick()
    }`
  // If they were kept, they would take half a gigabyte or more. The memory that the allocators keep differs from run to
  // run.
  const grown = growth(round(30_000), round(100_000))
  assert(grown < 128 * MIB, `${grown} bytes`)
})

test('refused policies are collected', () => {
  const round = (count) => `
    for (let i = 0; i < ${count}; i++) {
      try { new Policy({ allowOrigins: ['x', 'y'] }) } catch {}
      if (i % 500 === 0) await tick()
    }`
  const grown = growth(round(5_000), round(50_000))
  assert(grown < 32 * MIB, `${grown} bytes`)
})

test('a function outlives its policy', () => {
  const grown = growth('', `
    const functions = []
    for (let i = 0; i < 1000; i++) {
      functions.push(internalsOf(new Policy(options)).compiled.decide)
      if (i % 100 === 0) { gc(); await tick() }
    }
    await settle()
    const indexes = new Set(functions.map((decide) => decide('https://a.example')))
    if (indexes.size !== 1) throw new Error('different answers')`)
  assert(grown < 64 * MIB, `${grown} bytes`)
})

test('decisions leave nothing behind', () => {
  const round = (count) => `
    for (let i = 0; i < ${count}; i++) {
      policy.evaluate({ method: 'OPTIONS', headers: { origin: 'https://x' + i + '.example.com', 'access-control-request-method': 'PUT' } })
      raw.decide('https://y' + i + '.example.com')
      raw.decidePreflight('https://z' + i + '.example.com', 'PUT', 'x-' + i, 'true')
    }`
  const grown = growth(`const policy = new Policy(options); const raw = internalsOf(policy).compiled; ${round(100_000)}`, round(1_000_000))
  assert(grown < 32 * MIB, `${grown} bytes`)
})
