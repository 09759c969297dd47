import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'

const show = (line) => { document.querySelector('pre').textContent += `${line}\n` }

try {
  const transport = new StreamableHTTPClientTransport(new URL(location.hash.slice(1) || 'http://localhost:3000/mcp'))
  const client = new Client({ name: 'page', version: '1.0.0' })
  await client.connect(transport)
  show(`session: ${transport.sessionId ? 'has an id' : 'none'}, protocol: ${transport.protocolVersion}`)

  const { content } = await client.callTool({ name: 'brew', arguments: { leaf: 'oolong' } })
  show(content[0].text)

  await transport.terminateSession()
  show('session ended')
  await client.close()
} catch (error) {
  show(`failed: ${error.message}`)
}
