// Whether a cell is as it should be: compares what the browser let the script read with the expectation.

export function judge(testCase, result, exchanges) {
  const { expect, says } = testCase
  const problems = []
  if (result.outcome !== expect.outcome) problems.push(`browser: ${result.outcome}, not ${expect.outcome}`)
  else {
    if (expect.status && result.status !== expect.status) problems.push(`browser: status ${result.status}, not ${expect.status}`)
    if ('sees' in expect && result.sees !== expect.sees) problems.push(`browser: read ${quoted(result.sees)}, not ${quoted(expect.sees)}`)
  }
  const reasons = says.map((said) => said.reason).join(' → ')
  if (reasons !== expect.policy.join(' → ')) problems.push(`policy: ${reasons}, not ${expect.policy.join(' → ')}`)
  for (const exchange of exchanges) {
    for (const problem of exchange.problems) problems.push(`wire, ${exchange.request.split(' ')[0]}: ${problem}`)
  }
  return problems
}

// Servers count their requests, so the value of a header may differ between them, but not whether it can be read.
export function sameAnswer(testCase, cells) {
  const header = testCase.read?.startsWith('header.')
  const answers = cells.map((cell) => JSON.stringify([cell.outcome, cell.status, header ? cell.sees !== null : cell.sees]))
  return new Set(answers).size === 1
}

export const quoted = (value) => (value === null ? 'nothing' : `“${value}”`)
