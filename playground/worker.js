// Runs the engine apart from the page, so that no text makes the page wait. Each message is one call; its answer has the same id.

/** The module, as `cargo xtask wasm playground` builds it. No other code names the file. */
const MODULE = new URL('./corsac.wasm', import.meta.url)

/** Milliseconds for trying edits. After that, the edits that were found are returned. */
const EDIT_TIME = 250

const encoder = new TextEncoder()
const decoder = new TextDecoder()
let exports

const ready = start()
ready.catch(() => {})

async function start () {
  const response = await fetch(MODULE)
  if (!response.ok) throw new Error(`the module cannot be loaded: status ${response.status}`)
  const host = {
    now: () => performance.now(),
    panicked: (address, length) => { throw new Error(text(address, length)) }
  }
  const { instance } = await WebAssembly.instantiate(await response.arrayBuffer(), { host })
  exports = instance.exports
  exports.start()
}

/** Calls a function of the module with texts, which are written one after the other, and reads its result as JSON. */
function call (name, texts, ...more) {
  const parts = texts.map((part) => encoder.encode(part))
  const address = exports.reserve(parts.reduce((sum, part) => sum + part.length, 0)) >>> 0
  let at = address
  for (const part of parts) {
    new Uint8Array(exports.memory.buffer, at, part.length).set(part)
    at += part.length
  }
  exports[name](...parts.map((part) => part.length), ...more)
  return JSON.parse(text(exports.output(), exports.output_length()))
}

function text (address, length) {
  return decoder.decode(new Uint8Array(exports.memory.buffer, address >>> 0, length >>> 0))
}

const calls = {
  examine: ({ policy, exchange, isCaptured }) => call('examine', [policy, exchange], isCaptured ? 1 : 0),
  edits: ({ policy, exchange }) => call('edits', [policy, exchange], EDIT_TIME),
  read: ({ pasted }) => call('read_pasted', [pasted])
}

addEventListener('message', async ({ data: { id, name, given } }) => {
  try {
    await ready
    postMessage({ id, result: calls[name](given) })
  } catch (error) {
    postMessage({ id, error: String(error?.message ?? error) })
  }
})
