'use strict'

// The addon has no state of its own: threads load it at the same time, and end while others continue.

const assert = require('node:assert/strict')
const path = require('node:path')
const test = require('node:test')
const { Worker } = require('node:worker_threads')
const { Policy } = require('corsac')

const SCRIPT = `
  const { parentPort, workerData } = require('node:worker_threads')
  const { Policy } = require(workerData.index)
  const { internalsOf } = require(workerData.policy)
  const policies = Array.from({ length: 200 }, (_, i) => new Policy({ allowOrigins: ['https://a' + i + '.example'] }))
  let allowed = 0
  for (let round = 0; round < 500; round++) {
    policies.forEach((policy, i) => {
      const { decide, template } = internalsOf(policy).compiled
      if (template(decide('https://a' + i + '.example')).reason === 'origin-allowed') allowed++
    })
  }
  let message
  try { new Policy({}) } catch (error) { message = error.name }
  parentPort.postMessage({ allowed, message })`

const workerData = { index: path.join(__dirname, '..'), policy: path.join(__dirname, '..', 'lib', 'policy', 'policy.js') }

test('threads', async () => {
  const policy = new Policy({ allowOrigins: ['https://a.example'] })
  for (let round = 0; round < 3; round++) {
    const answers = await Promise.all(Array.from({ length: 4 }, () => new Promise((resolve, reject) => {
      const worker = new Worker(SCRIPT, { eval: true, workerData })
      let answer
      worker.on('message', (message) => { answer = message })
      worker.on('error', reject)
      worker.on('exit', () => resolve(answer))
    })))
    assert.deepEqual(answers, Array(4).fill({ allowed: 100_000, message: 'ConfigError' }))
    assert.equal(policy.evaluate({ method: 'GET', headers: { origin: 'https://a.example' } }).reason, 'origin-allowed')
  }
})

test('a thread that is ended during a call', async () => {
  const endless = SCRIPT.replace('round < 500', 'round < Infinity')
  const workers = Array.from({ length: 4 }, () => new Worker(endless, { eval: true, workerData }))
  await new Promise((resolve) => setTimeout(resolve, 300))
  await Promise.all(workers.map((worker) => worker.terminate()))
  assert.equal(new Policy({ allowOrigins: [] }).lints.length, 0)
})
