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

// That a page was opened is said once, by a form of its own: asking for a page changes nothing.
async function opened(form) {
  try {
    const reply = await fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)),
      headers: { accept: 'application/json' } });
    await reply.text();
    if (reply.ok) form.remove();
  } catch { /* the answer of the body says it as well */ }
}
for (const form of document.querySelectorAll('form[data-opened]')) opened(form);
