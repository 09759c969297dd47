'use strict'

// Chooses the engine on Node and Bun: the native addon, or the WebAssembly module if there is no
// addon for the platform.

const { environment } = require('./environment.js')
const nativeAddon = require('./native-addon.js')
const { warn } = require('./runtime.js')

/** The environment variable that chooses an engine. */
const VARIABLE = 'CORSAC_ENGINE'

/**
 * @param {string | undefined} wanted `native` or `wasm`; undefined for the addon if there is one
 * @param {{ native: () => object, wasm: () => object }} engines functions that load each engine
 */
function choose (wanted, { native, wasm }) {
  switch (wanted || undefined) {
    case 'native': return native()
    case 'wasm': return wasm()
    case undefined: break
    default: throw new Error(`corsac: ${VARIABLE} is \`${wanted}\`: write \`wasm\` or \`native\`, or leave it out`)
  }
  try {
    return native()
  } catch (error) {
    let engine
    try {
      engine = wasm()
    } catch {
      throw error
    }
    warn('the engine runs as WebAssembly, which is slower, because the native addon could not be loaded',
      { code: 'CORSAC_WASM', detail: `${error.message}\nto use WebAssembly without this warning, set ${VARIABLE}=wasm` })
    return engine
  }
}

module.exports = {
  choose,
  load: () => choose(environment(VARIABLE), { native: nativeAddon.load, wasm: () => require('./wasm/node-engine.js').load() })
}
