// provider.mjs FOLDER PORT CERTIFICATE KEY: npm `oidc-provider` as an OpenID provider over HTTPS.
// Clients alice and bob get access tokens with themselves as `sub`. POST /_rotate signs with a new
// key and keeps the old one published; POST /_rotate?drop does not.
import https from 'node:https'
import { readFileSync } from 'node:fs'
import { generateKeyPairSync, randomBytes } from 'node:crypto'

const [folder, port, certificate, privateKey] = process.argv.slice(2)
const { default: Provider } = await import(`${folder}/node_modules/oidc-provider/lib/index.js`)
const key = () => ({
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
  kid: randomBytes(6).toString('hex'), use: 'sig', alg: 'ES256'
})
const client = (name) => ({
  client_id: name, client_secret: 'secret', id_token_signed_response_alg: 'ES256',
  token_endpoint_auth_method: 'client_secret_post',
  grant_types: ['client_credentials'], redirect_uris: [], response_types: []
})
let keys = [key()]
let answer
function start () {
  answer = new Provider(`https://127.0.0.1:${port}`, {
    jwks: { keys }, cookies: { keys: ['x'] }, clients: [client('alice'), client('bob')],
    features: {
      devInteractions: { enabled: false }, clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          scope: 'vdi', accessTokenFormat: 'jwt', accessTokenTTL: 300, jwt: { sign: { alg: 'ES256' } }
        })
      }
    }
  }).callback()
}
start()
const tls = { cert: readFileSync(certificate), key: readFileSync(privateKey) }
https.createServer(tls, (request, response) => {
  if (!request.url.startsWith('/_rotate')) return answer(request, response)
  keys = [key(), ...(request.url.includes('drop') ? [] : keys)]
  start()
  response.end(keys[0].kid)
}).listen(port, '127.0.0.1', () => console.log('listening'))
