'use strict'

// The engine of edge runtimes and browsers: the WebAssembly module. How they get the module differs, so the bundler puts one of the
// files `module-*.mjs` in place of `#module`.

const { createEngine } = require('../wasm/engine.js')
const { PolicyFile } = require('./policy-file.js')
const { module: wasmModule } = require('#module')

module.exports = { load: () => ({ ...createEngine(wasmModule), PolicyFile }) }
