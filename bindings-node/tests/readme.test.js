'use strict'

// Every ```js block of the readmes runs as it stands, and says nothing on stderr.

const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const test = require('node:test')

const ROOT = path.join(__dirname, '..')

for (const [file, least] of [
  [path.join(ROOT, 'README.md'), 1], [path.join(ROOT, '..', 'README.md'), 0], [path.join(ROOT, '..', 'docs', 'node.md'), 4]
]) {
  const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : ''
  const blocks = [...text.matchAll(/^```(?:js|javascript|mjs)\n([\s\S]*?)^```$/gm)].map((match) => match[1])
  test(`blocks of ${path.relative(path.dirname(ROOT), file)}`, () => {
    assert(blocks.length >= least, 'no blocks')
    for (const block of blocks) {
      const type = /^import /m.test(block) ? 'module' : 'commonjs'
      const { status, stderr } = spawnSync(process.execPath, [`--input-type=${type}`, '-e', block], {
        cwd: ROOT, encoding: 'utf8', timeout: 30_000
      })
      assert.equal(stderr, '', block)
      assert.equal(status, 0, block)
    }
  })
}
