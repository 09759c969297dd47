import { io } from 'socket.io-client'

const show = (line) => { document.querySelector('pre').textContent += `${line}\n` }

async function chat (transports) {
  const socket = io('http://localhost:3000', { transports, withCredentials: true, forceNew: true })
  socket.on('connect_error', (error) => show(`${transports}: ${error.message}`))
  await new Promise((resolve) => socket.on('connect', resolve))
  show(`${transports}: ${await socket.emitWithAck('say', 'hello')}`)
  socket.close()
}

await chat(['polling'])
await chat(['websocket'])

// A session that the server does not know, for example after a restart: the page can read the reason.
const lost = await fetch('http://localhost:3000/socket.io/?EIO=4&transport=polling&sid=lost', { credentials: 'include' })
show(`lost session: ${lost.status}, ${(await lost.json()).message}`)
