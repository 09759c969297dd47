// So does Vercel's. Its bundlers know modules by the end of their name.
export { default as module } from './corsac.wasm?module'
