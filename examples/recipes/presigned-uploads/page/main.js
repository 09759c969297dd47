const show = (line) => { document.querySelector('pre').textContent += `${line}\n` }

async function upload (url, file) {
  const headers = { 'Content-Type': file.type, 'x-amz-meta-name': encodeURIComponent(file.name) }
  const response = await fetch(url, { method: 'PUT', headers, body: file })
  if (!response.ok) throw new Error(`${response.status} ${/<Code>(.*)<\/Code>/.exec(await response.text())?.[1]}`)
  return response.headers.get('ETag')
}

document.querySelector('button').onclick = async () => {
  const file = new File(['leaf,grams\n'], 'Tees für März.csv', { type: 'text/csv' })
  const { url } = await (await fetch('http://localhost:3000/uploads', { method: 'POST' })).json()
  show(`uploaded: ${await upload(url, file)}`)
  try {
    await upload(`${url}0`, file)
  } catch (error) {
    show(`with another signature: ${error.message}`)
  }
}
