// Cloudflare's runtime compiles modules before the program starts, and does not compile any while
// it runs.
export { default as module } from './corsac.wasm'
