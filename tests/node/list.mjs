// What a department does with a list that it was sent: the signature by a published key, and the digest of the text.
//
//     node list.mjs FOLDER
//
// FOLDER has jwks.json, list.tsv and list.jws. Prints the signed statement as JSON; anything wrong ends in an error.

import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {compactVerify, createLocalJWKSet} from 'jose';

const folder = process.argv[2];
const read = name => readFileSync(join(folder, name));
const keys = createLocalJWKSet(JSON.parse(read('jwks.json')));
const {payload, protectedHeader} = await compactVerify(read('list.jws').toString(), keys, {algorithms: ['EdDSA']});
if(protectedHeader.typ !== 'certified-list+jwt') {
  throw new Error('not a statement on a list');
}
const statement = JSON.parse(new TextDecoder().decode(payload));
const text = read('list.tsv');
if(createHash('sha256').update(text).digest('hex') !== statement.sha256) {
  throw new Error('the list is not the one that was signed');
}
if(text.toString().trimEnd().split('\n').length !== statement.people) {
  throw new Error('lines are missing');
}
console.log(JSON.stringify(statement));
