'use strict'

// Every ```js block of the readmes runs as it is, and prints nothing on stderr.

const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const http = require('node:http')
const path = require('node:path')
const test = require('node:test')
const { cors, listen, preflight, send } = require('./client.js')

const ROOT = path.join(__dirname, '..')

const blocksOf = (file) => [...fs.readFileSync(file, 'utf8').matchAll(/^```(?:js|javascript|mjs)\n([\s\S]*?)^```$/gm)].map((match) => match[1])

for (const [file, least] of [
  [path.join(ROOT, 'README.md'), 1], [path.join(ROOT, '..', 'README.md'), 1], [path.join(ROOT, '..', 'docs', 'node.md'), 4],
  [path.join(ROOT, '..', 'docs', 'edge.md'), 5], [path.join(ROOT, '..', 'docs', 'troubleshooting', 'preflight-fails.md'), 1],
  [path.join(ROOT, '..', 'docs', 'troubleshooting', 'development.md'), 3]
]) {
  const blocks = blocksOf(file)
  test(`blocks of ${path.relative(path.dirname(ROOT), file)}`, () => {
    assert(blocks.length >= least, 'no blocks')
    for (const block of blocks) {
      const type = /^(import|export) /m.test(block) ? 'module' : 'commonjs'
      const { status, stderr } = spawnSync(process.execPath, [`--input-type=${type}`, '-e', block], {
        cwd: ROOT, encoding: 'utf8', timeout: 30_000
      })
      assert.equal(stderr, '', block)
      assert.equal(status, 0, block)
    }
  })
}

test('the application of the README answers preflights', async (t) => {
  const [block] = blocksOf(path.join(ROOT, '..', 'README.md'))
  const app = new Function('require', `${block}\nreturn app`)(require)
  const port = await listen(t, http.createServer(app))
  const answer = await send(port, { method: 'OPTIONS', path: '/items/7', headers: preflight() })
  assert.equal(answer.status, 204)
  assert.deepEqual(cors(answer)['allow-methods'], 'GET, HEAD, POST, PUT')
})
