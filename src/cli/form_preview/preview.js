"use strict";
// Sends the answers on each change, and when the file changed, and shows the page that comes back. Without this script the
// buttons do the same.
const refresh = async () => {
  const fields = new URLSearchParams(new FormData(document.querySelector("form")));
  const reply = await fetch("/", { method: "POST", body: fields });
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  const focused = document.activeElement?.id;
  document.title = page.title;
  document.querySelector("main").replaceWith(page.querySelector("main"));
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
};
document.addEventListener("change", (event) => {
  if (event.target.form) refresh();
});
let version = null;
setInterval(async () => {
  try {
    const now = await (await fetch("/version")).text();
    if (version !== null && now !== version) refresh();
    version = now;
  } catch {
    // The preview was stopped.
  }
}, 1000);
