const show = (line) => { document.querySelector('pre').textContent += `${line}\n` }

async function put (url) {
  try {
    const response = await fetch(url, { method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: '{}' })
    const { preflights } = await response.json()
    show(`PUT ${url}: ${response.status}, preflights: ${preflights}`)
  } catch (error) {
    show(`PUT ${url}: ${error.message}`)
  }
}

const open = (url) => new Promise((resolve) => {
  const socket = new WebSocket(url)
  socket.onmessage = ({ data }) => resolve(show(`WebSocket ${url}: ${data}`))
  socket.onerror = () => resolve(show(`WebSocket ${url}: refused`))
})

for (const path of ['/api', '/trap', '/remote']) {
  await put(`${path}/items/7`)
  await open(`${path}/live`)
}
await put('http://127.0.0.1:8000/items/7')
show('done')
