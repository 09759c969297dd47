// Vercel's runtime also compiles modules before the program starts. Its bundlers recognise modules
// by the end of the name.
export { default as module } from './corsac.wasm?module'
