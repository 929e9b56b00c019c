/* Keeps the page itself, so that it opens without a network. Photographs and answers it never touches. */
const CACHE = "foreseye-phone-1";
const SHELL = ["./", "app.js", "queue.js", "app.css", "words.json?lang=en", "words.json?lang=zh"];
const FONT = "/foreseye/chinese.woff";  // welcome, not needed
self.addEventListener("install", (event) => event.waitUntil(
  caches.open(CACHE).then((cache) => Promise.all([cache.addAll(SHELL), cache.add(FONT).catch(() => {})])).then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(
  caches.keys().then((names) => Promise.all(names.filter((n) => n !== CACHE).map((n) => caches.delete(n)))).then(() => self.clients.claim())));
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin || url.pathname.startsWith("/phone/api/")) return;
  event.respondWith(fetch(event.request).then((answer) => {
    if (answer.ok) { const copy = answer.clone(); event.waitUntil(caches.open(CACHE).then((cache) => cache.put(event.request, copy))); }
    return answer;
  }).catch(() => caches.match(event.request, { ignoreSearch: url.pathname === "/phone/" }).then((kept) => kept || Response.error())));
});
