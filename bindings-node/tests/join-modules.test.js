'use strict'

// The published package has most of its modules in one file, which behaves as the separate files do.

const assert = require('node:assert/strict')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const test = require('node:test')
const { joinModules } = require('../scripts/join-modules.js')

/** A package whose modules are joined. */
function joined (t, files) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'corsac-joined-'))
  t.after(() => fs.rmSync(folder, { recursive: true }))
  fs.mkdirSync(path.join(folder, 'lib', 'deep'), { recursive: true })
  for (const [name, source] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), source)
  joinModules(folder, '1.2.3')
  return folder
}

test('a module that fails fails each time', (t) => {
  const folder = joined(t, {
    'index.js': "const a = require('./lib/a.js')\nmodule.exports = a\n",
    'lib/a.js': "const { version } = require('../package.json')\nmodule.exports.early = 1\nthrow new Error(`no engine for ${version}`)\n"
  })
  for (let time = 0; time < 3; time++) assert.throws(() => require(folder), { message: 'no engine for 1.2.3' })
})

test('a joined module knows the folder in which it was', (t) => {
  const folder = joined(t, {
    'index.js': "const a = require('./lib/a.js')\nconst b = require('./lib/deep/b.js')\nmodule.exports = [__dirname, a, b]\n",
    'lib/a.js': 'module.exports = __dirname\n',
    'lib/deep/b.js': "const a = require('../a.js')\nmodule.exports = [__dirname, a]\n"
  })
  const root = fs.realpathSync(folder)
  const lib = path.join(root, 'lib')
  assert.deepEqual(require(folder), [root, lib, [path.join(lib, 'deep'), lib]])
})

test('a module that is required later is in its own file, whose name tools can read, and shares the joined modules', (t) => {
  const folder = joined(t, {
    'index.js': "const a = require('./lib/a.js')\nmodule.exports = { a, later: () => require('./lib/later.js') }\n",
    'lib/a.js': 'module.exports = {}\n',
    'lib/later.js': "const a = require('./a.js')\nmodule.exports = { a }\n"
  })
  const { a, later } = require(folder)
  assert.equal(later().a, a)
  assert(!Object.keys(require.cache).includes(path.join(fs.realpathSync(folder), 'lib', 'a.js')))
  assert.equal(require(path.join(folder, 'lib', 'a.js')), a)
  assert.match(fs.readFileSync(path.join(folder, 'lib', 'modules.js'), 'utf8'), /require\("\.\/later\.js"\)/)
})
