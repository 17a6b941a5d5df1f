// Fields for a new password: a suggestion is taken over when somebody says so, and shown so that it can be read.
"use strict";

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-take]") : null;
  const field = button?.closest("form")?.querySelector('input[name="password1"]');
  if (!field) return;
  field.type = "text";
  field.value = button.dataset.take;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
});
