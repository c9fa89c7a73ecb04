// SPDX-License-Identifier: Apache-2.0
// Comfort only: every page is complete without this file.

// A form that was changed and not sent asks before it is left.
for (const form of document.querySelectorAll('form[method="post"]:not([data-autosave])')) {
  let changed = false;
  form.addEventListener('input', () => { changed = true; });
  form.addEventListener('submit', () => { changed = false; });
  window.addEventListener('beforeunload', (event) => {
    if (changed) event.preventDefault();
  });
}

// What is to be copied can be marked by hand, too; browsers offer this over TLS alone.
for (const button of document.querySelectorAll('[data-copy]')) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = 'コピーしました';
  });
}

if (document.querySelector('[data-passkey]')) import('./passkey.js');

// Answers that are saved while they are given, and who else is giving them.
if (document.querySelector('[data-autosave], [data-presence]')) import('./autosave.js');

if (document.querySelector('[data-only]')) import('./only.js');

// A part that renews itself when the server says that there is something new. While a person is in it, or has
// opened something of it, it stays as it is.
function live(part) {
  const events = new EventSource(part.dataset.live);
  events.addEventListener('message', async () => {
    if (document.hidden || part.contains(document.activeElement) || part.querySelector('details[open]')) return;
    try {
      const reply = await fetch(location.href, { headers: { accept: 'text/html' } });
      if (!reply.ok || reply.redirected) return;
      const next = new DOMParser().parseFromString(await reply.text(), 'text/html').getElementById(part.id);
      if (!next) return;
      events.close(); // it asks what is newer than the old part
      part.replaceWith(next);
      live(next);
    } catch { /* the next event may come through */ }
  });
}
for (const part of document.querySelectorAll('[data-live]')) live(part);

// What a page says on its own once it is open: that it was opened. Without this file it is a button.
for (const form of document.querySelectorAll('form[data-on-open]')) {
  form.hidden = true;
  fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)), redirect: 'manual' })
    .catch(() => { form.hidden = false; });
}
