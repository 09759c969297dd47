'use strict'

// Short runs of the long scripts.

const assert = require('node:assert/strict')
const { execFileSync } = require('node:child_process')
const path = require('node:path')
const test = require('node:test')

const run = (name, ...args) => execFileSync(process.execPath, ['--expose-gc', path.join(__dirname, 'long', `${name}.js`), ...args], {
  encoding: 'utf8', timeout: 60_000
})

test('calls', () => assert.match(run('calls', '300000'), /^300000 calls/))
test('fuzz', () => assert.match(run('fuzz', '3000', '7'), /^3000 options: [1-9]\d* built, [1-9]\d* refused/))
test('load', () => assert.match(run('load', '2'), /^\d{3,} requests and [1-9]\d* aborted ones in 2 s: 0 errors, 0 of status 5xx/))
