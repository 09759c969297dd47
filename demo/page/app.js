// Runs every case against every server, row by row, and shows the results.
import { judge, sameAnswer } from './judge.js'
import { frame, showCell, showSummary } from './view.js'

const sandbox = document.querySelector('#sandbox')
const waiting = new Map()
let number = 0

addEventListener('message', ({ data, source }) => {
  if (source !== sandbox.contentWindow) return
  waiting.get(data.number)?.(data.result)
  waiting.delete(data.number)
})

function askFromSandbox(base, testCase) {
  return new Promise((resolve) => {
    waiting.set(++number, resolve)
    // Its origin is null, which cannot be named here. The message is not secret.
    sandbox.contentWindow.postMessage({ number, base, case: { id: testCase.id, steps: testCase.steps, read: testCase.read } }, '*')
  })
}

async function runCell(plan, testCase, server) {
  const asking = testCase.from === 'sandbox' ? askFromSandbox : ask
  const wire = fetch(`/wire.json?server=${server.id}&case=${testCase.id}`)
  const result = await asking(server.url, testCase)
  const exchanges = await (await wire).json()
  return { case: testCase.id, server: server.id, ...result, exchanges, problems: judge(testCase, result, exchanges) }
}

async function run(plan) {
  demo.cells.length = 0
  for (const testCase of plan.cases) {
    const cells = await Promise.all(plan.servers.map((server) => runCell(plan, testCase, server)))
    if (!sameAnswer(testCase, cells) && cells.every((cell) => cell.problems.length === 0)) {
      for (const cell of cells) cell.problems.push('browser: the servers do not agree')
    }
    for (const cell of cells) showCell(plan, testCase, cell)
    demo.cells.push(...cells)
    showSummary(plan, demo.cells)
  }
}

const loaded = new Promise((resolve) => sandbox.addEventListener('load', resolve, { once: true }))
sandbox.src = 'sandbox.html'

globalThis.demo = { plan: await (await fetch('/plan.json')).json(), cells: [] }
frame(demo.plan)
await loaded
await run(demo.plan)
document.documentElement.dataset.done = 'yes'
