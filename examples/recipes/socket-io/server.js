// A chat whose page is on another origin, with long polling before WebSockets, as socket.io does by default.
import { createServer } from 'node:http'
import { Policy, cors } from 'corsac'
import { Server } from 'socket.io'

const policy = new Policy({
  allowOrigins: ['http://localhost:5173'],
  allowCredentials: true,
  protection: { writes: 'reject', websockets: 'reject' }
})

const server = policy.attach(createServer())
const io = new Server(server)
io.engine.use(cors(policy))

io.on('connection', (socket) => {
  socket.on('say', (words, reply) => reply(`you said ${words} by ${socket.conn.transport.name}`))
})

server.listen(3000, '127.0.0.1')
