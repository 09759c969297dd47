'use client'

import { useState } from 'react'

export default function Page () {
  const [lines, setLines] = useState([])

  async function put (url) {
    let line
    try {
      const response = await fetch(url, { method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: '{}' })
      const { host, origin, preflights } = await response.json()
      line = `${url}: ${response.status}, Host ${host}, Origin ${origin}, preflights: ${preflights}`
    } catch (error) {
      line = `${url}: ${error.message}`
    }
    setLines((before) => [...before, line])
  }

  return (
    <>
      <button onClick={async () => { await put('/api/items/7'); await put('http://127.0.0.1:8000/items/7') }}>save</button>
      <pre>{lines.join('\n')}</pre>
    </>
  )
}
