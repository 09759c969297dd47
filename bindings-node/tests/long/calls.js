'use strict'

// Calls into native code leave nothing behind: node --expose-gc tests/long/calls.js [calls, 10 million if left out]

const { Policy } = require('corsac')
const { internalsOf } = require('../../lib/policy/policy.js')

const CALLS = Number(process.argv[2] ?? 10_000_000)
const MOST = 8 << 20

const policy = new Policy({ allowOrigins: ['https://*.example.com', 'https://a.example'], allowMethods: ['*'], allowHeaders: ['*'], allowCredentials: true })
const guarded = new Policy({
  allowOrigin: () => true, routes: [{ path: '/{a}', allowOrigins: ['https://a.example'] }], protection: { writes: 'reject' }, predicateCache: { size: 100, ttl: 60 }
})
const { decide, decidePreflight } = internalsOf(policy).compiled
const all = internalsOf(guarded).compiled

/** @returns {number} bytes of the resident set, after garbage collection */
async function settled () {
  for (let i = 0; i < 5; i++) {
    global.gc()
    await new Promise(setImmediate)
  }
  return process.memoryUsage().rss
}

function run (calls) {
  for (let i = 0; i < calls; i += 5) {
    const origin = `https://x${i}.example.com`
    decide(origin)
    decidePreflight(origin, 'PUT', `x-${i}`, 'true')
    all.decideProtected('POST', 3, origin, `/a/${i}`, 'host', 'cross-site', 'x'.repeat(i % 600), 'key', 1)
    all.decidePreflight(origin, 'PUT', undefined, undefined, `/${i}`, 2)
    try { decide(i) } catch {}
  }
}

async function main () {
  if (global.gc === undefined) throw new Error('start it with --expose-gc')
  // By the middle, the allocators have taken all memory that they keep for themselves.
  const start = await settled()
  run(CALLS / 2)
  const middle = await settled()
  run(CALLS / 2)
  const end = await settled()
  const mib = (bytes) => `${(bytes / (1 << 20)).toFixed(1)} MiB`
  console.log(`${CALLS} calls, resident set grown by ${mib(middle - start)} in the first half and ${mib(end - middle)} in the second`)
  if (end - middle > MOST) process.exit(1)
}

main()
