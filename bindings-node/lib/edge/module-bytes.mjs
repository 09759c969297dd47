// For browsers, Deno and their bundlers, the module is a text in JavaScript, so that no loader for
// `.wasm` is needed. It is compiled synchronously, because `new Policy` returns a policy and not a
// promise. Browsers refuse to compile large modules in this way, but this one is small enough.
import base64 from './corsac-wasm.mjs'

export const module = new WebAssembly.Module(Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0)))
