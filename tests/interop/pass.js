// Gets passes and spends them with a Privacy Pass client that is not ours, as its authors wrote it.
//
// Started by tests/api/interop.rs with one argument, JSON: the server's address, a campaign, invitations, receipts and
// a response. Every step is checked; the first that goes wrong ends it with a status that is not 0.

import assert from 'node:assert/strict';
import {
  AuthorizationHeader,
  MediaType,
  PRIVATE_TOKEN_ISSUER_DIRECTORY,
  TOKEN_TYPES,
  WWWAuthenticateHeader,
  fetchToken,
  publicVerif,
  sendTokenRequest,
} from '@cloudflare/privacypass-ts';

const { server, campaign, invitations, receipts, response } = JSON.parse(process.argv[2]);
const address = `${server}/v1/campaigns/${campaign}`;
const newClient = () => new publicVerif.Client(publicVerif.BlindRSAMode.PSS);

// The library asks the issuer by its name, over TLS, and knows of no invitations. In service a proxy speaks TLS, and
// the client adds the header; here this does both.
const plainFetch = globalThis.fetch;
let invitation;
globalThis.fetch = (url, init = {}) => {
  const headers = new Headers(init.headers);
  if (init.method === 'POST' && invitation) headers.set('Invitation', invitation);
  return plainFetch(String(url).replace('https://survey.example.org', server), { ...init, headers });
};

function send(receipt, authorization) {
  const headers = { 'Content-Type': 'application/json', Receipt: receipt };
  if (authorization) headers.Authorization = authorization;
  return plainFetch(`${address}/responses`, { method: 'POST', headers, body: JSON.stringify(response) });
}

async function expect(answer, status, code) {
  const body = await answer.text();
  assert.equal(answer.status, status, body);
  if (code) assert.equal(JSON.parse(body).code, code);
  return body;
}

// Without a pass: a challenge that the library can read.
const refused = await send(receipts[0]);
const header = refused.headers.get('WWW-Authenticate');
await expect(refused, 401, 'pass_missing');
const [challenge] = WWWAuthenticateHeader.parse(header);
assert.equal(challenge.challenge.tokenType, TOKEN_TYPES.BLIND_RSA.value);
assert.equal(challenge.challenge.issuerName, 'survey.example.org');
assert.deepEqual(challenge.challenge.originInfo, ['survey.example.org']);
assert.equal(challenge.challenge.redemptionContext.length, 0);

// The directory has the key of the challenge.
const listed = await plainFetch(server + PRIVATE_TOKEN_ISSUER_DIRECTORY);
assert.equal(listed.headers.get('Content-Type'), MediaType.PRIVATE_TOKEN_ISSUER_DIRECTORY);
const directory = JSON.parse(await expect(listed, 200));
const keys = directory['token-keys'].map((key) => Buffer.from(key['token-key'], 'base64url'));
assert.ok(keys.some((key) => key.equals(Buffer.from(challenge.tokenKey))));

// Without an invitation there is no pass; with one there is, from the issuer's name alone.
await assert.rejects(fetchToken(newClient(), challenge), /invitation_missing/);
invitation = invitations[0];
const pass = await fetchToken(newClient(), challenge);
await assert.rejects(fetchToken(newClient(), challenge), /invitation_used/);

// It lets one response in. Written without quotes and with them, as the library does both.
const first = await expect(await send(receipts[0], pass.toString()), 201);
assert.equal(await expect(await send(receipts[0], pass.toString(true)), 200), first);
await expect(await send(receipts[1], pass.toString()), 409, 'pass_spent');

// Got long before it is spent, from what the campaign says, at the campaign's own address.
const about = JSON.parse(await expect(await plainFetch(address), 200));
const [early] = WWWAuthenticateHeader.parse(
  `PrivateToken challenge="${about.pass.challenge}", token-key="${about.pass.token_key}"`,
);
assert.deepEqual(early, challenge);
invitation = undefined;
const client = newClient();
const request = (await client.createTokenRequest(early.challenge, early.tokenKey)).serialize();
const ask = () => sendTokenRequest(request, `${address}/passes`, new Headers({ Invitation: invitations[1] }));
const signature = await ask();
assert.deepEqual(await ask(), signature);
const token = await client.finalize(client.deserializeTokenResponse(signature));

// Another client may not change it.
const spoilt = token.serialize();
spoilt[spoilt.length - 1] ^= 1;
const forged = `PrivateToken token="${Buffer.from(spoilt).toString('base64url')}"`;
const again = await send(receipts[1], forged);
assert.equal(again.headers.get('WWW-Authenticate'), header);
await expect(again, 401, 'pass_invalid');
await expect(await send(receipts[1], new AuthorizationHeader(token).toString()), 201);
console.log('ok');
