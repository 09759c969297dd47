// Cloudflare's runtime compiles modules before the program starts, and none while it runs.
export { default as module } from './corsac.wasm'
