// The plugins of Elysia and Vite with the types of these packages. Checked by the compiler, never run.

import cors from 'corsac/elysia'
import corsac from 'corsac/vite'
import { Elysia } from 'elysia'
import type { UserConfig } from 'vite'

const app = new Elysia().use(cors({ allowOrigins: ['https://app.example.com'] })).get('/items', () => 'hello')
const method: 'get' = null as unknown as keyof (typeof app)['~Routes']['items']
export const config: UserConfig = { plugins: [corsac('cors.toml')] }
export { method }
