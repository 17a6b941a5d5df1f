// Before the first paint: the theme that this browser's user has chosen, if any.
(() => {
  const chosen = localStorage.getItem("theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
})();
