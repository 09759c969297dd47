'use strict'

// The engine of edge runtimes and browsers is the WebAssembly module. They load it in different
// ways, so the bundler replaces `#module` by one of the files `module-*.mjs`.

const { createEngine } = require('../wasm/engine.js')
const { PolicyFile } = require('./policy-file.js')
const { module: wasmModule } = require('#module')

module.exports = { load: () => ({ ...createEngine(wasmModule), PolicyFile }) }
