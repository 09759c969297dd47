'use strict'

// The matchers in jest and vitest themselves, each in a separate process.

const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const test = require('node:test')

const FOLDER = path.join(__dirname, 'runners')
const MODULES = path.join(__dirname, '..', 'node_modules')

const RUNNERS = {
  jest: [path.join(MODULES, 'jest', 'bin', 'jest.js'), '--rootDir', FOLDER, '--testMatch', '**/*.spec.js', '--testEnvironment', 'node', '--no-cache'],
  vitest: [path.join(MODULES, 'vitest', 'vitest.mjs'), 'run', '--root', FOLDER, '--no-cache']
}

const SPECS = { jest: 'jest.spec.js', vitest: 'vitest.spec.mjs' }

for (const [name, command] of Object.entries(RUNNERS)) {
  const run = (fails, file = SPECS[name]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [...command, file], {
      cwd: FOLDER, encoding: 'utf8', timeout: 100_000, env: { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1', CORSAC_FAILS: fails }
    })
    return { status, output: stdout + stderr }
  }

  test(`${name}: a suite that passes`, () => {
    const { status, output } = run('0')
    assert.equal(status, 0, output)
    assert.match(output, /1 passed/)
  })

  if (name === 'vitest') {
    test('vitest: the example in the guide', (t) => {
      const guide = fs.readFileSync(path.join(__dirname, '..', '..', 'docs', 'node.md'), 'utf8')
      const [, example] = /^```ts\n([^]*?from 'vitest'[^]*?)^```$/m.exec(guide)
      const file = path.join(FOLDER, 'guide.spec.ts')
      fs.writeFileSync(file, example)
      t.after(() => fs.rmSync(file))
      const { status, output } = run('0', 'guide.spec.ts')
      assert.equal(status, 0, output)
      assert.match(output, /1 passed/)
    })
  }

  test(`${name}: a test that fails prints the explanation`, () => {
    const { status, output } = run('1')
    assert.equal(status, 1, output)
    for (const expected of [
      'a page of https://evil.example cannot read the response',
      'blocked: the browser does not send PUT https://testserver/items',
      'error[allow-origin-missing]',
      'OPTIONS https://testserver/items: 204'
    ]) assert(output.includes(expected), output)
  })
}
