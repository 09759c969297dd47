'use strict'

// In a frame that is sandboxed the origin is null. It asks on behalf of the page around it.
addEventListener('message', async ({ data, source, origin }) => {
  source.postMessage({ number: data.number, result: await ask(data.base, data.case) }, origin)
})
