// An MCP server that a page may use: a client in the browser, such as an inspector or a chat.
import { randomUUID } from 'node:crypto'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { localhostHostValidation } from '@modelcontextprotocol/sdk/server/middleware/hostHeaderValidation.js'
import { cors } from 'corsac'
import express from 'express'
import { z } from 'zod'

const app = express()
app.use(cors({
  allowOrigins: ['http://localhost:5173'],
  allowMethods: ['DELETE'],
  allowHeaders: ['Authorization', 'Mcp-Session-Id', 'Mcp-Protocol-Version', 'Last-Event-ID'],
  exposeHeaders: ['Mcp-Session-Id', 'WWW-Authenticate'],
  protection: { writes: 'reject', trustedOrigins: ['http://localhost:5173'] }
}))
app.use(localhostHostValidation())
app.use(express.json())

const transports = new Map()

async function connected () {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => { transports.set(id, transport) },
    onsessionclosed: (id) => { transports.delete(id) }
  })
  const server = new McpServer({ name: 'tea', version: '1.0.0' })
  server.registerTool('brew', { description: 'Brews a tea', inputSchema: { leaf: z.string() } }, ({ leaf }) => ({
    content: [{ type: 'text', text: `a cup of ${leaf}` }]
  }))
  await server.connect(transport)
  return transport
}

app.all('/mcp', async (request, response) => {
  const id = request.get('Mcp-Session-Id')
  const transport = id === undefined ? await connected() : transports.get(id)
  if (transport) await transport.handleRequest(request, response, request.body)
  else response.status(404).json({ jsonrpc: '2.0', id: null, error: { code: -32001, message: 'the session has ended' } })
})

app.listen(3000, '127.0.0.1')
