// SPDX-License-Identifier: Apache-2.0
// Passkeys: asks the browser for one and sends what it says; the server checks all of it. Without
// this file, codes of an app do.

const fromText = (text) => Uint8Array.from(
  atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
const toText = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');

async function create({ challenge, user, login, person }) {
  const made = await navigator.credentials.create({ publicKey: {
    challenge: fromText(challenge),
    rp: { name: '櫓 Yagura' },
    user: { id: new TextEncoder().encode(user), name: login, displayName: person },
    pubKeyCredParams: [-7, -8, -257].map((alg) => ({ type: 'public-key', alg })),
    authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
    attestation: 'none',
  } });
  const { response } = made;
  return { client_data: toText(response.clientDataJSON), auth_data: toText(response.getAuthenticatorData()) };
}

async function get({ challenge }) {
  const { rawId, response } = await navigator.credentials.get({ publicKey: {
    challenge: fromText(challenge), userVerification: 'required',
  } });
  return { credential: toText(rawId), client_data: toText(response.clientDataJSON),
    auth_data: toText(response.authenticatorData), signature: toText(response.signature) };
}

for (const form of document.querySelectorAll('[data-passkey]')) {
  if (!globalThis.PublicKeyCredential) break;
  form.hidden = false;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const error = form.querySelector('[data-passkey-error]');
    error.textContent = '';
    error.setAttribute('role', 'alert');
    try {
      const said = await (form.dataset.passkey === 'create' ? create : get)(form.dataset);
      for (const [name, value] of Object.entries(said)) form.elements.namedItem(name).value = value;
      form.submit();
    } catch {
      error.textContent = 'パスキーを使えませんでした。やめたときや、この端末に登録がないときにも、こうなります。';
    }
  });
}
