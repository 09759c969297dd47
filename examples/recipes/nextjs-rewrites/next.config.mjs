export default {
  rewrites: async () => [{ source: '/api/:path*', destination: 'http://127.0.0.1:8000/:path*' }]
}
