'use strict'

// Calls into native code leave nothing behind: node --expose-gc tests/long/calls.js [calls, 10 million if left out]

const { Policy } = require('corsac')
const { compiled } = require('../../lib/policy.js')

const CALLS = Number(process.argv[2] ?? 10_000_000)
const MOST = 16 << 20

const policy = new Policy({ allowOrigins: ['https://*.example.com', 'https://a.example'], allowMethods: ['*'], allowHeaders: ['*'], allowCredentials: true })
const { decide, decidePreflight, resolve, resolvePreflight } = compiled(policy)

/** @returns {number} bytes of the resident set, when all is collected */
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
    resolve(1, origin)
    resolvePreflight(2, origin, 'PUT')
    try { decide(i) } catch {}
  }
}

async function main () {
  if (global.gc === undefined) throw new Error('start it with --expose-gc')
  run(Math.min(CALLS, 500_000))
  const before = await settled()
  run(CALLS)
  const grown = await settled() - before
  console.log(`${CALLS} calls, resident set grown by ${(grown / (1 << 20)).toFixed(1)} MiB`)
  if (grown > MOST) process.exit(1)
}

main()
