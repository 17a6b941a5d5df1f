// Passkeys: what the browser gives is put into the form that asked for it. Needs allauth's webauthn-json.js.
"use strict";

const optionsFor = async (form) => {
  const given = document.getElementById("passkey-options");
  if (given) return JSON.parse(given.textContent);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`no options: ${answer.status}`);
  return answer.json();
};

const create = (options, alone) => {
  const choice = options.publicKey.authenticatorSelection;
  choice.residentKey = alone ? "required" : "discouraged";
  choice.requireResidentKey = alone;
  if (alone) choice.userVerification = "required";
  return webauthnJSON.create(options);
};

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-passkey]");
  if (!form) return;
  event.preventDefault();
  const failed = form.querySelector("[data-passkey-failed]");
  failed.hidden = true;
  try {
    const options = await optionsFor(form);
    const credential = form.dataset.passkey === "create"
      ? await create(options.creation_options, form.elements.passwordless?.checked ?? false)
      : await webauthnJSON.get(options.request_options);
    form.elements.credential.value = JSON.stringify(credential);
  } catch {
    failed.hidden = false;
    return;
  }
  // Not caught here again.
  form.submit();
});
