'use strict'

// Every way to use a refused policy ends the process before it serves, with a message that says why.

const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const path = require('node:path')
const test = require('node:test')

const BAD = "{ allowOrigins: ['https://app.example.com/'] }"
const WAYS = {
  'cors()': `require('corsac')(${BAD})`,
  Policy: `new (require('corsac').Policy)(${BAD})`,
  fastify: `const app = require('fastify')(); app.register(require('corsac/fastify'), ${BAD}); app.listen({ port: 0 }).then(() => console.log('serves'))`,
  'fastify, ready': `const app = require('fastify')(); app.register(require('corsac/fastify'), ${BAD}); app.ready().then(() => console.log('serves'))`,
  koa: `const app = new (require('koa'))(); app.use(require('corsac/koa')(${BAD})); app.listen(0, () => console.log('serves'))`,
  hono: `require('corsac/hono')(${BAD})`,
  web: `require('corsac/web')(${BAD})`,
  nest: `require('reflect-metadata')
    const { Module } = require('@nestjs/common')
    class App {}
    Module({})(App)
    require('@nestjs/core').NestFactory.create(App, { logger: false })
      .then((app) => { app.use(require('corsac')(${BAD})); return app.listen(0) }).then(() => console.log('serves'))`
}

/** Runs a script, and returns its exit status and its output. */
function run (script) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['-e', script], { cwd: path.join(__dirname, '..'), timeout: 20_000 })
    const texts = ['stdout', 'stderr'].map((name) => {
      const parts = []
      child[name].on('data', (data) => parts.push(data))
      return parts
    })
    child.on('close', (code) => resolve({ code, out: texts[0].join(''), error: texts[1].join('') }))
  })
}

for (const [name, script] of Object.entries(WAYS)) {
  test(`a refused policy ends the process: ${name}`, async () => {
    const { code, out, error } = await run(script)
    assert.deepEqual([code, out], [1, ''])
    assert.match(error, /`https:\/\/app\.example\.com\/` ends in a slash, but origins have no path \[origin-trailing-slash\]\n {2}help: write `https:\/\/app\.example\.com`\n/)
  })
}
