'use strict'

// The WebAssembly module on Node, where files can be read.

const fs = require('node:fs')
const path = require('node:path')
const { version } = require('../../package.json')
const { createEngine } = require('./engine.js')
const { policyFileOf } = require('./policy-file.js')

const FILE = path.join(__dirname, '..', '..', 'edge', 'corsac.wasm')

/** Whether a middleware is debugged. It reads the environment as the native addon does. */
function isDebugRequested (setting = ['1', 'true'].includes(process.env.CORSAC_DEBUG)) {
  return setting
}

function load () {
  const engine = createEngine(new WebAssembly.Module(fs.readFileSync(FILE)))
  const found = engine.version()
  if (found !== version) throw new Error(`corsac: ${FILE} is of version ${found}, the package of ${version}`)
  return { ...engine, PolicyFile: policyFileOf(engine), isDebugRequested }
}

module.exports = { load }
