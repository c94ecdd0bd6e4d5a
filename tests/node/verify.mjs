// Hands every file of a folder to the verifiers of others and prints what each accepted, as JSON.
//
//     node verify.mjs FOLDER
//
// FOLDER has issuer.json ({did, keys: [{id, publicKeyMultibase, x}]}), lists.json (status list credentials by
// address) and folders rdfc, jcs, jwt and cwt of files good-* and bad-*.

import {readFileSync, readdirSync} from 'node:fs';
import {createPublicKey} from 'node:crypto';
import {join} from 'node:path';

const [folder] = process.argv.slice(2);
const issuer = JSON.parse(readFileSync(join(folder, 'issuer.json')));
const lists = JSON.parse(readFileSync(join(folder, 'lists.json')));

// Nothing here may reach a network. What `verifier-core` fetches by itself is answered from the folder.
const {didDocument, loaderFor} = await import('./loader.mjs');
const {origin} = new URL(issuer.base);
globalThis.fetch = async request => {
  const url = typeof request === 'string' ? request : request.url ?? String(request);
  const found = url === `${origin}/.well-known/did.json` ? didDocument(issuer) : lists[url];
  const headers = {'content-type': 'application/json'};
  return found ? new Response(JSON.stringify(found), {headers}) : new Response('', {status: 404});
};

const vc = await import('@digitalbazaar/vc');
const {DataIntegrityProof} = await import('@digitalbazaar/data-integrity');
const rdfc = await import('@digitalbazaar/eddsa-rdfc-2022-cryptosuite');
const jcs = await import('@digitalbazaar/eddsa-jcs-2022-cryptosuite');
const {verifyCredential} = await import('@digitalcredentials/verifier-core');
const {jwtVerify} = await import('jose');
const {Sign1} = await import('@auth0/cose');

const documentLoader = loaderFor(issuer);
const keys = new Map(issuer.keys.map(({id, x}) => {
  const jwk = {kty: 'OKP', crv: 'Ed25519', x};
  return [id, createPublicKey({key: jwk, format: 'jwk'})];
}));

async function digitalbazaar(cryptosuite, bytes) {
  const {verified, error} = await vc.verifyCredential({
    credential: JSON.parse(bytes),
    suite: new DataIntegrityProof({cryptosuite}),
    documentLoader,
    checkStatus: async () => ({verified: true}),
    now: issuer.now,
  });
  if(!verified) {
    throw error;
  }
}

const verifiers = {
  rdfc: {
    '@digitalbazaar/vc': bytes => digitalbazaar(rdfc.cryptosuite, bytes),
    '@digitalcredentials/verifier-core': async bytes => {
      const result = await verifyCredential({credential: JSON.parse(bytes), knownDIDRegistries: []});
      const step = id => result.log?.find(entry => entry.id === id);
      if(result.errors || step('valid_signature')?.valid !== true || step('revocation_status')?.valid !== true) {
        throw new Error(JSON.stringify(result.errors ?? result.log));
      }
    },
  },
  jcs: {
    '@digitalbazaar/vc': bytes => digitalbazaar(jcs.createVerifyCryptosuite(), bytes),
  },
  jwt: {
    jose: async bytes => {
      const options = {algorithms: ['EdDSA'], typ: 'vc+jwt'};
      await jwtVerify(bytes.toString(), ({kid}) => {
        const [did, id] = kid.split('#');
        if(did !== issuer.did || !keys.has(id)) {
          throw new Error('unknown key');
        }
        return keys.get(id);
      }, options);
    },
  },
  cwt: {
    '@auth0/cose': async bytes => {
      const message = Sign1.decode(bytes);
      await message.verify(keys.get(Buffer.from(message.protectedHeaders.get(4)).toString('hex')));
    },
  },
};

const report = {};
for(const [form, byName] of Object.entries(verifiers)) {
  const files = readdirSync(join(folder, form));
  for(const [name, verify] of Object.entries(byName)) {
    const found = report[`${form} ${name}`] = {accepted: 0, refused: 0, wrong: []};
    for(const file of files) {
      let error;
      try {
        await verify(readFileSync(join(folder, form, file)));
      } catch(caught) {
        error = caught;
      }
      found[error ? 'refused' : 'accepted']++;
      if(Boolean(error) === file.startsWith('good-')) {
        found.wrong.push(`${file}: ${error ? describe(error) : 'accepted'}`);
      }
    }
  }
}
console.log(JSON.stringify(report));

function describe(error) {
  const errors = error.errors ?? [error];
  return errors.map(inner => `${inner.message} ${inner.details ? JSON.stringify(inner.details) : ''}`).join('; ');
}
