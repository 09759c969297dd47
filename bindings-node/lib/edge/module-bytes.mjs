// Browsers, Deno and bundlers for them: the module is a text in JavaScript, so that no loader for `.wasm` is needed. It is compiled
// at once, since policies are made without waiting; the module is smaller than what browsers refuse to compile like this.
import base64 from './corsac-wasm.mjs'

export const module = new WebAssembly.Module(Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0)))
