// How many credentials a second @digitalbazaar/vc verifies and issues with eddsa-rdfc-2022, as JSON.
//
//     node bench.mjs FOLDER
//
// FOLDER has issuer.json, rdfc/good-1 and key.json (an Ed25519 Multikey pair).

import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import * as vc from '@digitalbazaar/vc';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {loaderFor} from './loader.mjs';

const SECONDS = 2;

const [folder] = process.argv.slice(2);
const read = name => readFileSync(join(folder, name));
const documentLoader = loaderFor(JSON.parse(read('issuer.json')));
const text = read('rdfc/good-1');

async function rate(call) {
  await call();
  const start = process.hrtime.bigint();
  const seconds = () => Number(process.hrtime.bigint() - start) / 1e9;
  let calls = 0;
  for(; seconds() < SECONDS; calls++) {
    await call();
  }
  return calls / seconds();
}

const verify = await rate(async () => {
  const {verified, error} = await vc.verifyCredential({
    credential: JSON.parse(text),
    suite: new DataIntegrityProof({cryptosuite}),
    documentLoader,
    checkStatus: async () => ({verified: true}),
  });
  if(!verified) {
    throw error;
  }
});

const {proof: _, ...unsigned} = JSON.parse(text);
const key = await Ed25519Multikey.from(JSON.parse(read('key.json')));
const issue = await rate(async () => {
  const suite = new DataIntegrityProof({signer: key.signer(), cryptosuite, date: unsigned.validFrom});
  JSON.stringify(await vc.issue({credential: structuredClone(unsigned), suite, documentLoader}));
});
console.log(JSON.stringify({verify, issue}));
