import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { matchers } from 'corsac/testing'

const app = createRequire(import.meta.url)('./shop.js')

expect.extend(matchers)

const ORIGIN = 'https://app.example.com'
const EVIL = 'https://evil.example'

test('what pages may read', async () => {
  await expect(app).toBeReadableFrom(ORIGIN, { path: '/items', method: 'PUT' })
  await expect(app).toBeBlockedFrom(EVIL, { path: '/items', code: 'allow-origin-missing' })
  await expect(app).not.toBeReadableFrom(EVIL, { path: '/items' })
  const response = { status: 200, headers: { 'access-control-allow-origin': ORIGIN } }
  expect(response).toBeReadableFrom(ORIGIN)
  expect(response).not.toBeReadableFrom(EVIL)
})

if (process.env.CORSAC_FAILS === '1') {
  test('a test that fails', async () => {
    await expect(app).toBeReadableFrom(EVIL, { path: '/items', method: 'PUT' })
  })
}
