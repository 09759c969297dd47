'use strict'

// In a sandboxed frame, the origin is null. The frame sends requests on behalf of the page around it.
addEventListener('message', async ({ data, source, origin }) => {
  source.postMessage({ number: data.number, result: await ask(data.base, data.case) }, origin)
})
