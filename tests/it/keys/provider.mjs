// provider.mjs FOLDER PORT CERTIFICATE KEY [LOGOUT]: npm `oidc-provider` as an OpenID provider over
// HTTPS. Clients alice and bob get access tokens with themselves as `sub`. Users sign in at the client
// workspaces under any name; LOGOUT is where it is told that a sign-in has ended. POST /_rotate signs
// with a new key and keeps the old one published; POST /_rotate?drop does not. GET /_sent lists the
// logout tokens, and what was said to each.
import https from 'node:https'
import { readFileSync } from 'node:fs'
import { generateKeyPairSync, randomBytes } from 'node:crypto'

const [folder, port, certificate, privateKey, logout] = process.argv.slice(2)
const library = `${folder}/node_modules/oidc-provider/lib`
const { default: Provider } = await import(`${library}/index.js`)
const { createMemoryAdapter } = await import(`${library}/adapters/memory_adapter.js`)
// Who has signed in stays so when the keys change.
const adapter = createMemoryAdapter()
const key = () => ({
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
  kid: randomBytes(6).toString('hex'), use: 'sig', alg: 'ES256'
})
const client = (name) => ({
  client_id: name, client_secret: 'secret', id_token_signed_response_alg: 'ES256',
  token_endpoint_auth_method: 'client_secret_post',
  grant_types: ['client_credentials'], redirect_uris: [], response_types: []
})
const workspaces = {
  ...client('workspaces'), grant_types: ['authorization_code'], response_types: ['code'],
  redirect_uris: ['https://portal.example.com/callback'],
  ...(logout && { backchannel_logout_uri: logout, backchannel_logout_session_required: true })
}
let keys = [key()]
let answer
const sent = []
// Without the provider's guard against addresses of its own machine: the gate is on it.
async function send (url, { dispatcher, ...options }) {
  const reply = await fetch(url, options)
  sent.push({ url, token: options.body.get('logout_token'), status: reply.status })
  return reply
}
function start () {
  const provider = new Provider(`https://127.0.0.1:${port}`, {
    jwks: { keys }, cookies: { keys: ['x'] }, adapter, fetch: send,
    clients: [client('alice'), client('bob'), workspaces],
    features: {
      devInteractions: { enabled: true }, clientCredentials: { enabled: true },
      backchannelLogout: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          scope: 'vdi', accessTokenFormat: 'jwt', accessTokenTTL: 300, jwt: { sign: { alg: 'ES256' } }
        })
      }
    }
  })
  provider.on('backchannel.error', (context, error) => console.error('logout:', error))
  provider.on('server_error', (context, error) => console.error(error))
  answer = provider.callback()
}
start()
const tls = { cert: readFileSync(certificate), key: readFileSync(privateKey) }
https.createServer(tls, (request, response) => {
  if (request.url === '/_sent') return response.end(JSON.stringify(sent))
  if (!request.url.startsWith('/_rotate')) return answer(request, response)
  keys = [key(), ...(request.url.includes('drop') ? [] : keys)]
  start()
  response.end(keys[0].kid)
}).listen(port, '127.0.0.1', () => console.log('listening'))
