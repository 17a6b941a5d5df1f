// Behaviour of all pages. Every page works without it.
"use strict";

const say = (text) => {
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.dataset.toast = "";
  toast.textContent = text;
  document.getElementById("toasts").append(toast);
  expire(toast);
};

// A toast stays while somebody points at it or has the focus in it.
const expire = (toast, wait = 10_000) => setTimeout(() => {
  if (toast.matches(":hover, :focus-within")) expire(toast, 2_000);
  else toast.remove();
}, wait);

// -- time zone: the server shows times in the viewer's own --------------------------------------
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `tz=${encodeURIComponent(zone)}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
}

// -- copying ------------------------------------------------------------------------------------
const copy = async (button) => {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    return false;
  }
  const label = button.querySelector("[data-copy-label]");
  if (label) {
    const before = label.textContent;
    label.textContent = button.dataset.copied;
    button.dataset.done = "";
    setTimeout(() => {
      label.textContent = before;
      delete button.dataset.done;
    }, 2000);
  }
  return true;
};

// The link just made is copied at once, where the browser allows it.
const copyNew = async (root) => {
  const button = root.querySelector("[data-copy-now]");
  if (!button) return;
  button.removeAttribute("data-copy-now");
  if (await copy(button)) say(`${document.body.dataset.copied} ${button.dataset.copy}`);
};

// -- clicks -------------------------------------------------------------------------------------
document.addEventListener("click", async (event) => {
  const target = event.target instanceof Element ? event.target : null;
  if (!target) return;
  const copyButton = target.closest("[data-copy]");
  if (copyButton && !(await copy(copyButton))) say(copyButton.dataset.copy);
  // In a dialog the way back is to close it.
  const dialog = target.closest("[data-close]")?.closest("dialog");
  if (dialog) { event.preventDefault(); dialog.close(); }
  target.closest("[data-dismiss]")?.closest("[data-toast]")?.remove();
  if (target.closest("[data-theme-next]")) {
    const dark = getComputedStyle(document.documentElement).colorScheme === "dark"
      || (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
    const next = dark ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    localStorage.setItem("theme", next);
    document.dispatchEvent(new CustomEvent("themechange"));
  }
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(target)) menu.open = false;
  }
});

// A menu for which there is no room below opens upwards.
document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (!menu.matches?.("details.menu")) return;
  menu.classList.remove("menu-up");
  if (!menu.open) return;
  const bar = matchMedia("(max-width: 1023px)").matches ? document.querySelector(".rail nav")?.offsetHeight ?? 0 : 0;
  const list = menu.lastElementChild.getBoundingClientRect();
  const above = menu.getBoundingClientRect().top;
  menu.classList.toggle("menu-up", list.bottom > innerHeight - bar && above > list.height);
}, true);

// -- keys ---------------------------------------------------------------------------------------
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
  const rows = [...document.querySelectorAll("#links .link-short")];
  const searching = event.target.matches?.("[data-key-search]");
  if (rows.length && /^Arrow(Down|Up)$/.test(event.key) && (searching || rows.includes(event.target))) {
    event.preventDefault();
    // Above the first row is the search field again.
    const next = rows.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1);
    (rows[Math.min(next, rows.length - 1)] ?? document.querySelector("[data-key-search]"))?.focus();
    return;
  }
  // The first press empties the search, the next leaves it.
  if (event.key === "Escape" && searching && event.target.value) {
    event.preventDefault();
    event.target.value = "";
    event.target.dispatchEvent(new Event("input", { bubbles: true }));
    return;
  }
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  // Out of the field, so that keys mean the page's short cuts again.
  if (event.key === "Escape" && typing) typing.blur();
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") {
    const search = document.querySelector("[data-key-search]");
    if (search) { event.preventDefault(); search.focus(); }
  }
  const range = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (range) range.click();
});

// -- forms --------------------------------------------------------------------------------------
// The short link is shown as it is typed; folded settings say their present value.
const showValue = (input) => {
  const form = input.closest("form");
  if (!form) return;
  if (input.name === "code") {
    const preview = form.querySelector("[data-code-preview]");
    if (preview) preview.textContent = input.value.trim() || preview.dataset.codePreview;
  }
  if (input.name === "domain") form.querySelector("[data-host-preview]")?.replaceChildren(input.value);
  const line = form.querySelector(`[data-value-of="${CSS.escape(input.name)}"]`);
  if (line) line.textContent = input.value ? new Date(input.value).toLocaleString() : line.dataset.empty;
};
const showTimes = () => document.querySelectorAll('input[type="datetime-local"]').forEach(showValue);
document.addEventListener("input", (event) => showValue(event.target));
document.addEventListener("htmx:afterSwap", showTimes);
showTimes();

// -- fragments ----------------------------------------------------------------------------------
let busy = 0;
let slow;
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.hasAttribute("data-quiet")) return;
  busy += 1;
  slow ??= setTimeout(() => document.body.classList.add("is-loading"), 200);
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.elt.hasAttribute("data-quiet")) return;
  busy = Math.max(0, busy - 1);
  if (busy === 0) {
    clearTimeout(slow);
    slow = undefined;
    document.body.classList.remove("is-loading");
  }
});
document.addEventListener("htmx:sendError", (event) => {
  if (!event.detail.elt.hasAttribute("data-quiet")) say(document.body.dataset.offline);
});
// What is put into a dialog is shown in it.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.matches?.("dialog:not([open])")) event.target.showModal();
});
// What the reader has unfolded stays unfolded when fresh numbers come in.
let unfolded = [];
document.addEventListener("htmx:beforeSwap", (event) => {
  unfolded = [...event.detail.target.querySelectorAll("details[id][open]")].map((element) => element.id);
});
document.addEventListener("htmx:afterSwap", () => {
  for (const id of unfolded) document.getElementById(id)?.setAttribute("open", "");
  unfolded = [];
  copyNew(document);
});

// Numbers follow the clicks while somebody looks.
const refresh = () => {
  const live = document.querySelector("[data-live]");
  if (live && document.visibilityState === "visible") htmx.trigger(live, "refresh");
};
if (document.querySelector("[data-live]")) {
  setInterval(refresh, 2000);
  document.addEventListener("visibilitychange", refresh);
}

document.querySelectorAll("[data-toast]").forEach((toast) => expire(toast));
copyNew(document);
