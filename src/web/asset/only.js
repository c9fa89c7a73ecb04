// SPDX-License-Identifier: Apache-2.0
// Questions that are asked only in some cases: data-only="question=choice choice" names the field of the same form and
// the choices with which it is asked. Without this file all of them stand there.
const asked = (part) => {
  const [name, choices] = part.dataset.only.split('=');
  const said = [...part.closest('form').elements].filter((e) => e.name === name);
  return said.some((e) => e.checked && choices.split(' ').includes(e.value) && !e.closest('[data-only][hidden]'));
};
const parts = document.querySelectorAll('[data-only]');
const update = () => { for (const part of parts) part.hidden = !asked(part); };

// In the order of the page, so that a question under a hidden one is hidden too.
for (const form of new Set([...parts].map((part) => part.closest('form')))) form.addEventListener('change', update);
update();
