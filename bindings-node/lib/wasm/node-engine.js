'use strict'

// The WebAssembly module on Node, where files can be read.

const fs = require('node:fs')
const path = require('node:path')
const { version } = require('../../package.json')
const { environment } = require('../environment.js')
const { createEngine } = require('./engine.js')
const { policyFileOf } = require('./policy-file.js')

const FILE = path.join(__dirname, '..', '..', 'edge', 'corsac.wasm')

function load () {
  const engine = createEngine(new WebAssembly.Module(fs.readFileSync(FILE)))
  const found = engine.version()
  if (found !== version) throw new Error(`corsac: ${FILE} has version ${found}, but the package has version ${version}`)
  // The module does not see the environment.
  const isDebugRequested = (setting) => {
    const value = environment('CORSAC_DEBUG')
    return setting ?? (value !== undefined && engine.isDebugValue(value))
  }
  return { ...engine, PolicyFile: policyFileOf(engine), isDebugRequested }
}

module.exports = { load }
