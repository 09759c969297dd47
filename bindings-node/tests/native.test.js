'use strict'

// Finding the addon: the places that are searched, and the error if it is missing.

const assert = require('node:assert/strict')
const path = require('node:path')
const test = require('node:test')
const { find } = require('../lib/native-addon.js')
const { version } = require('../package.json')

const ADDON = { version: () => version }

/** A `require` that finds files by the ends of their names, and the ids with which it was called. */
function loader (known) {
  const asked = []
  const load = (id) => {
    asked.push(path.basename(id))
    const name = Object.keys(known).find((end) => id.endsWith(end))
    if (name === undefined) throw Object.assign(new Error(`Cannot find module '${id}'`), { code: 'MODULE_NOT_FOUND' })
    return known[name]()
  }
  return { load, asked }
}

test('the file in the package comes before the package of the platform', () => {
  const { load, asked } = loader({ '.node': () => ADDON, '@corsac/linux-x64-gnu': () => assert.fail() })
  assert.equal(find(load, 'linux', 'x64'), ADDON)
  assert.deepEqual(asked, ['corsac.linux-x64-gnu.node'])
})

test('Linux has two C libraries', () => {
  const { load } = loader({
    '@corsac/linux-arm64-gnu': () => { throw Object.assign(new Error('libc.so.6: not found'), { code: 'ERR_DLOPEN_FAILED' }) },
    '@corsac/linux-arm64-musl': () => ADDON
  })
  assert.equal(find(load, 'linux', 'arm64'), ADDON)
})

test('platforms', () => {
  for (const [platform, arch, name] of [
    ['darwin', 'arm64', '@corsac/darwin-arm64'], ['win32', 'x64', '@corsac/win32-x64-msvc'], ['linux', 'arm', '@corsac/linux-arm-gnueabihf']
  ]) assert.equal(find(loader({ [name]: () => ADDON }).load, platform, arch), ADDON)
})

test('a missing addon is an error that says what to do', () => {
  assert.throws(() => find(loader({}).load, 'sunos', 'x64'), (error) => {
    assert.equal(error.code, 'ERR_CORSAC_NATIVE')
    assert.match(error.message, /^corsac: no native addon for sunos-x64: install @corsac\/sunos-x64, or build it: `cargo build/)
    return true
  })
})

test('an addon that does not load is named as the cause', () => {
  const cause = Object.assign(new Error('GLIBC_9.9 not found'), { code: 'ERR_DLOPEN_FAILED' })
  assert.throws(() => find(loader({ '-gnu.node': () => { throw cause } }).load, 'linux', 'x64'), (error) => {
    return error.cause === cause && error.message.includes('GLIBC_9.9')
  })
})

test('an addon of another version is refused', () => {
  const { load } = loader({ '.node': () => ({ version: () => '0.0.0' }) })
  assert.throws(() => find(load, 'darwin', 'x64'), /has version 0\.0\.0/)
})
