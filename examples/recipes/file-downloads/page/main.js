const url = 'http://localhost:3000/report'
const show = (line) => { document.querySelector('pre').textContent += `${line}\n` }

/** The name in `Content-Disposition`, or null if the header may not be read. */
function fileName (response) {
  const value = response.headers.get('Content-Disposition') ?? ''
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(value)
  return encoded ? decodeURIComponent(encoded[1]) : /filename="([^"]*)"/.exec(value)?.[1] ?? null
}

document.querySelector('button').onclick = async () => {
  const whole = await fetch(url)
  const blob = await whole.blob()
  show(`${fileName(whole)}: ${blob.size} of ${whole.headers.get('Content-Length')} bytes`)

  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = fileName(whole)
  link.click()
  URL.revokeObjectURL(link.href)

  // The rest of a download that was interrupted, if the file is still the same.
  const headers = { Range: 'bytes=11-20', 'If-Range': whole.headers.get('ETag') }
  const piece = await fetch(url, { headers })
  show(`${piece.status} ${piece.headers.get('Content-Range')}: ${await piece.text()}`)
}
