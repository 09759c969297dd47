import { defineConfig } from 'vite'

const api = 'http://127.0.0.1:8000'

export default defineConfig({
  server: {
    port: 5173,
    strictPort: true,
    proxy: {
      '/api': { target: api, ws: true },
      // The trap: the API sees its own name in `Host`, and the page's in `Origin`.
      '/trap': { target: api, ws: true, changeOrigin: true },
      // A remote API, such as https://staging.example.com, needs its own name in `Host`: `changeOrigin` puts it there.
      // Then change `Origin` as well.
      '/remote': { target: api, ws: true, changeOrigin: true, headers: { origin: api } }
    }
  }
})
